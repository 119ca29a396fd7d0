package dev.espalier.model.description;

/**
 * YaRN: waves that turn often within the original context are kept, those that hardly turn are
 * divided by {@code factor}, those between blended; cosines and sines grow.
 *
 * @param betaFast waves with more turns than this are kept
 * @param betaSlow waves with fewer turns than this are stretched
 * @param truncate whether the bounds between them are rounded to whole frequencies, outwards
 */
public record YarnScaling(
    double factor,
    double betaFast,
    double betaSlow,
    boolean truncate,
    int originalMaxPositions,
    double magnitude)
    implements RotaryScaling {

  /** The magnitude where none is given: 0.1 · scale · ln(factor) + 1. */
  public static double magnitude(double factor, double scale) {
    return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
  }

  @Override
  public float[] frequencies(int features, double theta, long length) {
    double first = bound(features, theta, betaFast);
    double last = bound(features, theta, betaSlow);
    if (truncate) {
      first = Math.floor(first);
      last = Math.ceil(last);
    }
    float low = (float) Math.max(first, 0);
    float high = (float) Math.min(last, features - 1);
    float width = low == high ? 0.001f : high - low;
    float[] frequencies = RotaryScaling.unscaled(features, theta);
    for (int i = 0; i < frequencies.length; i++) {
      float stretched = Math.max(0, Math.min(1, (i - low) / width));
      frequencies[i] =
          frequencies[i] / (float) factor * stretched + frequencies[i] * (1 - stretched);
    }
    return frequencies;
  }

  /** Which frequency makes so many turns within the original context. */
  private double bound(int features, double theta, double turns) {
    return features
        * Math.log(originalMaxPositions / (turns * 2 * Math.PI))
        / (2 * Math.log(theta));
  }
}
