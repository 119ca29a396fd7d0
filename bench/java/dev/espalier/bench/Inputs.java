package dev.espalier.bench;

import dev.espalier.device.NativeMemory;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Seeded inputs that look like a model's: everything is rounded to bf16, whatever it is stored in,
 * so that there are ties; six features of the activations are 30 to 100 times the others.
 */
final class Inputs {
  private static final int OUTLIERS = 6;
  private static final int DEAD = 2;

  private Inputs() {}

  static Tensor weights(long rows, long cols, ScalarType dtype, int seed) {
    return NativeMemory.compute(
        () -> {
          torch.manual_seed(seed);
          return rounded(torch.randn(rows, cols).mul(new Scalar(0.02)), dtype);
        });
  }

  /** Norms of input features in f32: outliers, and zeros where the input is dead. */
  static Tensor norms(long cols, int seed) {
    return NativeMemory.compute(
        () -> {
          torch.manual_seed(seed);
          Tensor norms = torch.randn(cols).abs().add(new Scalar(0.5)).mul(featureScales(cols));
          return rounded(norms, ScalarType.Float);
        });
  }

  /** Activations [tokens, features] whose features are correlated, as a model's are. */
  static Tensor activations(long tokens, long features, ScalarType dtype, int seed) {
    return NativeMemory.compute(
        () -> {
          torch.manual_seed(seed);
          Tensor spectrum = powerSpectrum(features / 4);
          Tensor mixing = torch.randn(features / 4, features).mul(spectrum.unsqueeze(1));
          Tensor shared = torch.randn(tokens, features / 4).matmul(mixing);
          Tensor own = torch.randn(tokens, features).mul(new Scalar(0.05));
          return rounded(shared.add(own).mul(featureScales(features)), dtype);
        });
  }

  /** H = (2/n) xᵀx of one sequence in f32, dead features included. */
  static Tensor hessian(long features, int seed) {
    return NativeMemory.compute(
        () -> {
          Tensor x = activations(2 * features, features, ScalarType.Float, seed);
          return x.t().matmul(x).mul(new Scalar(2));
        });
  }

  /** Amplitudes that decay as 1/k^0.7, their squares summing to one. */
  private static Tensor powerSpectrum(long rank) {
    Tensor spectrum = torch.arange(new Scalar(1.0), new Scalar(rank + 1.0)).pow(new Scalar(-0.7));
    return spectrum.div(spectrum.norm());
  }

  private static Tensor featureScales(long features) {
    Tensor scales = torch.ones(features);
    for (int i = 0; i < OUTLIERS; i++) {
      double scale = 30 + 70.0 * i / (OUTLIERS - 1);
      scales.narrow(0, (i * 997L + 5) % features, 1).mul_(new Scalar(scale));
    }
    for (int i = 0; i < DEAD; i++) {
      scales.narrow(0, (i * 613L + 11) % features, 1).zero_();
    }
    return scales;
  }

  private static Tensor rounded(Tensor values, ScalarType dtype) {
    return values.to(ScalarType.BFloat16).to(dtype);
  }
}
