package dev.espalier.model.description;

/**
 * A larger base for texts that are longer than {@code maxPositions}, by the length of the text; up
 * to there nothing is scaled.
 */
public record DynamicScaling(double factor, int maxPositions) implements RotaryScaling {
  @Override
  public float[] frequencies(int features, double theta, long length) {
    double stretch = factor * Math.max(length, maxPositions) / maxPositions - (factor - 1);
    double base = theta * Math.pow(stretch, features / (features - 2.0));
    return RotaryScaling.unscaled(features, base);
  }
}
