package dev.espalier.model.layer;

import dev.espalier.device.NativeMemory;
import dev.espalier.model.description.HeadNorms;
import dev.espalier.model.description.NormDescription;
import org.bytedeco.pytorch.Tensor;

/** A normalisation of {@link HeadNorms}. */
@FunctionalInterface
interface HeadNorm {
  /** Leaves the heads as they are. */
  HeadNorm NONE = heads -> heads;

  /** Of x [batch, length, heads, headDim]: of a head's features, or of all heads' together. */
  Tensor apply(Tensor x);

  static HeadNorm of(NormDescription description, BlockWeights weights) {
    Norm norm = weights.norm(description);
    int features = description.features();
    return x ->
        NativeMemory.compute(
            () -> norm.apply(x.reshape(x.size(0), x.size(1), -1, features)).view(x.sizes()));
  }
}
