package dev.espalier.model.description;

import java.util.ArrayList;
import java.util.List;

/**
 * A linear of a block, before it is loaded: y = x·weightᵀ + bias.
 *
 * @param name the full name of its weight, which has shape [outFeatures, inFeatures]
 * @param input what it reads, by a name that is unique within the block; linears that read the same
 *     share its statistics
 * @param biasName the full name of its bias, of shape [outFeatures], or null if it has none
 */
public record LinearDescription(
    String name, String input, int outFeatures, int inFeatures, String biasName) {

  /**
   * The linear of a module, whose tensors are called {@code <module>.weight} and {@code
   * <module>.bias}.
   */
  public static LinearDescription ofModule(
      String module, String input, int outFeatures, int inFeatures, boolean bias) {
    return new LinearDescription(
        module + ".weight", input, outFeatures, inFeatures, bias ? module + ".bias" : null);
  }

  /** How many weights it has, the bias not counted. */
  public long parameters() {
    return (long) outFeatures * inFeatures;
  }

  /** The tensors it reads. */
  public List<TensorShape> tensors() {
    List<TensorShape> tensors = new ArrayList<>();
    tensors.add(TensorShape.of(name, outFeatures, inFeatures));
    if (biasName != null) {
      tensors.add(TensorShape.of(biasName, outFeatures));
    }
    return tensors;
  }
}
