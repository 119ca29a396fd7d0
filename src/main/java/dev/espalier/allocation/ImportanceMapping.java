package dev.espalier.allocation;

import java.util.Arrays;

/**
 * The mapping that OWL, DLP and LSA share: importances stretched over 2·halfRange, centred on the
 * target.
 */
final class ImportanceMapping {
  /** Far more than any density; its double is still finite. */
  private static final double MOST = 8e307;

  /** What half of a range of densities can be. */
  static final Range HALF_RANGES =
      new Range(
          Double.MIN_VALUE, MOST, "a number greater than 0 and at most " + MOST + ", such as 0.15");

  private ImportanceMapping() {}

  /** DLP's and LSA's I = 1 − S / ΣS: the larger the statistic, the less important. */
  static double[] importance(double[] statistics) {
    double sum = 0;
    for (double s : statistics) {
      sum += s;
    }
    double[] importance = new double[statistics.length];
    for (int i = 0; i < statistics.length; i++) {
      importance[i] = sum == 0 ? 0 : 1 - statistics[i] / sum;
    }
    return importance;
  }

  /** k = (I − min)/(max − min)·2·halfRange; density = k − mean(k) + (1 − sparsity). */
  static double[] densities(double[] importance, double halfRange, double sparsity) {
    double min = Arrays.stream(importance).min().orElse(0);
    double max = Arrays.stream(importance).max().orElse(0);
    double[] densities = new double[importance.length];
    // Nothing tells the blocks apart: uniform, not 0/0.
    double range = max > min ? max - min : Double.POSITIVE_INFINITY;
    double sum = 0;
    for (int i = 0; i < densities.length; i++) {
      densities[i] = (importance[i] - min) / range;
      sum += densities[i];
    }
    double mean = sum / densities.length;
    for (int i = 0; i < densities.length; i++) {
      densities[i] = (densities[i] - mean) * (2 * halfRange) + (1 - sparsity);
    }
    return densities;
  }
}
