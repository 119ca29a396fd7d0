package dev.espalier.model.description;

/** What a normalisation computes, and in float16 or bfloat16 when it rounds. */
public enum NormKind {
  /** x / sqrt(mean(x²) + epsilon), rounded to the dtype of x, · weight. */
  RMS,
  /** x / sqrt(mean(x²) + epsilon) · weight, rounded to the dtype of x. */
  RMS_ROUNDED_LAST,
  /** x / sqrt(mean(x²) + epsilon) · (1 + weight), rounded to the dtype of x. */
  RMS_AROUND_ONE,
  /** (x − mean(x)) / sqrt(variance(x) + epsilon) · weight + bias, rounded to the dtype of x. */
  LAYER_NORM
}
