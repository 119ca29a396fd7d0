package dev.espalier.model.layer;

import dev.espalier.model.description.NormDescription;
import dev.espalier.model.description.NormKind;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/** What {@link NormDescription} describes, with its weight in memory. */
public interface Norm {

  /**
   * @param tensors finds the tensor of a name, in the compute dtype; it stays its owner's
   */
  static Norm of(NormDescription description, Function<String, Tensor> tensors) {
    Tensor weight = description.weight() == null ? null : tensors.apply(description.weight());
    if (description.kind() == NormKind.LAYER_NORM) {
      Tensor bias = description.bias() == null ? null : tensors.apply(description.bias());
      return new LayerNorm(weight, bias, description.features(), description.epsilon());
    }
    return new RmsNorm(description.kind(), weight, description.epsilon());
  }

  /** Normalises x [..., features]. The result is a new tensor, the caller's. */
  Tensor apply(Tensor x);
}
