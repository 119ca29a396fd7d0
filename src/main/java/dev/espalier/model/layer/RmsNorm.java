package dev.espalier.model.layer;

import dev.espalier.device.NativeMemory;
import dev.espalier.model.description.NormKind;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The root-mean-square normalisations with their weight [features]. */
record RmsNorm(NormKind kind, Tensor weight, double epsilon) implements Norm {

  /** In float32, rounded to the compute dtype where the reference library rounds. */
  @Override
  public Tensor apply(Tensor x) {
    ScalarType dtype = weight.scalar_type();
    return NativeMemory.compute(
        () -> {
          Tensor wide = x.to(ScalarType.Float);
          Tensor meanSquare = wide.square().mean(new long[] {-1}, true, new ScalarTypeOptional());
          Tensor normalised = wide.mul(meanSquare.add(new Scalar(epsilon)).rsqrt());
          if (kind == NormKind.RMS) {
            Tensor rounded = normalised.to(dtype);
            rounded.mul_(weight);
            return rounded;
          }
          normalised.mul_(factor());
          return normalised.to(dtype);
        });
  }

  private Tensor factor() {
    return kind == NormKind.RMS_AROUND_ONE
        ? weight.to(ScalarType.Float).add(new Scalar(1))
        : weight;
  }
}
