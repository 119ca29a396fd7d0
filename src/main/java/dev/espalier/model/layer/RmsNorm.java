package dev.espalier.model.layer;

import dev.espalier.device.NativeMemory;
import dev.espalier.model.description.NormDescription;
import java.util.function.Function;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The normalisation of {@link NormDescription} with its weight [hidden]. */
public record RmsNorm(Tensor weight, double epsilon) {

  /**
   * @param tensors finds the tensor of a name, in the compute dtype; it stays its owner's
   */
  public static RmsNorm of(NormDescription description, Function<String, Tensor> tensors) {
    return new RmsNorm(tensors.apply(description.weight()), description.epsilon());
  }

  /**
   * Normalises x [..., hidden] in float32 and only then rounds to the compute dtype and multiplies
   * by the weight, the order of the reference library.
   */
  public Tensor apply(Tensor x) {
    return NativeMemory.compute(
        () -> {
          Tensor wide = x.to(ScalarType.Float);
          Tensor meanSquare = wide.square().mean(new long[] {-1}, true, new ScalarTypeOptional());
          Tensor normalised =
              wide.mul(meanSquare.add(new Scalar(epsilon)).rsqrt()).to(weight.scalar_type());
          normalised.mul_(weight);
          return normalised;
        });
  }
}
