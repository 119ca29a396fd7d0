package dev.espalier.model.layer;

import dev.espalier.device.NativeMemory;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** The normalisation of mean and variance; weight and bias [features] may be null. */
record LayerNorm(Tensor weight, Tensor bias, int features, double epsilon) implements Norm {
  @Override
  public Tensor apply(Tensor x) {
    return NativeMemory.compute(
        () ->
            torch.layer_norm(
                x, new long[] {features}, optional(weight), optional(bias), epsilon, true));
  }

  private static TensorOptional optional(Tensor tensor) {
    return tensor == null ? new TensorOptional() : new TensorOptional(tensor);
  }
}
