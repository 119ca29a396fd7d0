package dev.espalier.model.layer;

import dev.espalier.model.description.Activation;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Runs {@link Activation}s, and soft caps. */
final class Activations {
  private Activations() {}

  /** In place. */
  static void apply(Activation activation, Tensor x) {
    switch (activation) {
      case SILU -> torch.silu_(x);
      case GELU -> torch.gelu_(x);
      case GELU_TANH -> torch.gelu_(x, "tanh");
      case QUICK_GELU -> x.mul_(x.mul(new Scalar(1.702)).sigmoid_());
      case RELU -> torch.relu_(x);
      case RELU_SQUARED -> torch.relu_(x).square_();
    }
  }

  /** cap · tanh(x / cap), in place. */
  static void cap(double cap, Tensor x) {
    x.div_(new Scalar(cap));
    x.tanh_();
    x.mul_(new Scalar(cap));
  }
}
