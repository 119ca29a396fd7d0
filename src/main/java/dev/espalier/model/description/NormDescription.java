package dev.espalier.model.description;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A normalisation.
 *
 * @param weight the full name of its weight, of shape [features], or null if it has none
 * @param bias the full name of its bias, of shape [features], or null if it has none
 * @param features of what it normalises
 * @param epsilon added to the mean square or the variance
 */
public record NormDescription(
    NormKind kind, String weight, String bias, int features, double epsilon) {

  /** A root-mean-square normalisation whose weight is called {@code <module>.weight}. */
  public static NormDescription rms(NormKind kind, String module, int features, double epsilon) {
    return new NormDescription(kind, module + ".weight", null, features, epsilon);
  }

  /**
   * A normalisation of mean and variance.
   *
   * @param affine whether it has a weight and a bias, {@code <module>.weight} and {@code
   *     <module>.bias}
   */
  public static NormDescription layerNorm(
      String module, boolean affine, int features, double epsilon) {
    return new NormDescription(
        NormKind.LAYER_NORM,
        affine ? module + ".weight" : null,
        affine ? module + ".bias" : null,
        features,
        epsilon);
  }

  /** The tensors it reads. */
  public List<TensorShape> tensors() {
    return Stream.of(weight, bias)
        .filter(Objects::nonNull)
        .map(name -> TensorShape.of(name, features))
        .toList();
  }
}
