package dev.espalier.model.description;

import java.util.List;

/**
 * A root-mean-square normalisation: x / sqrt(mean(x²) + epsilon) · weight.
 *
 * @param weight the full name of its weight, of shape [features]
 * @param features of what it normalises
 * @param epsilon added to the mean square
 */
public record NormDescription(String weight, int features, double epsilon) {

  /** The tensors it reads. */
  public List<TensorShape> tensors() {
    return List.of(TensorShape.of(weight, features));
  }
}
