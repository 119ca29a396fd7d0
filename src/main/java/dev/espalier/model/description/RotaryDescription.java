package dev.espalier.model.description;

/**
 * Rotary position embeddings in the "half rotation" layout: feature i is paired with feature i +
 * headDim / 2.
 *
 * @param theta the base of the geometric series of frequencies
 * @param scaling how the series is changed for long contexts
 */
public record RotaryDescription(double theta, RotaryScaling scaling) {

  /** The headDim / 2 scaled frequencies, in radians per position, highest first. */
  public float[] frequencies(int headDim) {
    float[] frequencies = new float[headDim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      float exponent = 2f * i / headDim;
      frequencies[i] = scaling.scale(1 / (float) Math.pow(theta, exponent));
    }
    return frequencies;
  }
}
