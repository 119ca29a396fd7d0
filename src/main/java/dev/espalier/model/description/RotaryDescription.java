package dev.espalier.model.description;

/**
 * Rotary position embeddings in the "half rotation" layout: feature i is paired with feature i +
 * features / 2.
 *
 * @param features of a head that are rotated, an even number
 * @param theta the base of the geometric series of frequencies
 * @param scaling how the series is changed for long contexts
 */
public record RotaryDescription(int features, double theta, RotaryScaling scaling) {

  /** The features / 2 scaled frequencies, in radians per position, highest first. */
  public float[] frequencies() {
    float[] frequencies = new float[features / 2];
    for (int i = 0; i < frequencies.length; i++) {
      float exponent = 2f * i / features;
      frequencies[i] = scaling.scale(1 / (float) Math.pow(theta, exponent));
    }
    return frequencies;
  }
}
