package dev.espalier.model.description;

import java.util.List;

/**
 * LongRoPE: a divisor for each frequency, other ones for texts longer than the original context.
 *
 * @param shortFactors for texts up to {@code originalMaxPositions}, one for each frequency
 * @param longFactors for longer ones
 */
public record LongRopeScaling(
    List<Double> shortFactors, List<Double> longFactors, int originalMaxPositions, double magnitude)
    implements RotaryScaling {
  public LongRopeScaling {
    shortFactors = List.copyOf(shortFactors);
    longFactors = List.copyOf(longFactors);
  }

  /** The magnitude where none is given. */
  public static double magnitude(double factor, int originalMaxPositions) {
    return factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(originalMaxPositions));
  }

  @Override
  public float[] frequencies(int features, double theta, long length) {
    List<Double> factors = length > originalMaxPositions ? longFactors : shortFactors;
    float[] frequencies = RotaryScaling.unscaled(features, theta);
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] /= factors.get(i).floatValue();
    }
    return frequencies;
  }
}
