package dev.espalier.model.description;

/**
 * Rotary position embeddings in the "half rotation" layout: feature i is paired with feature i +
 * features / 2.
 *
 * @param features of a head that are rotated, its first ones, an even number
 * @param theta the base of the geometric series of frequencies
 * @param scaling how the series is changed for long contexts
 */
public record RotaryDescription(int features, double theta, RotaryScaling scaling) {

  /**
   * The features / 2 scaled frequencies, in radians per position, highest first.
   *
   * @param length of the text
   */
  public float[] frequencies(long length) {
    return scaling.frequencies(features, theta, length);
  }
}
