package dev.espalier.allocation;

import java.util.Arrays;

/** The mapping OWL and DLP share: importances stretched over 2·halfRange, centred on the target. */
final class CentredRange {
  private CentredRange() {}

  /** k = (I − min)/(max − min)·2·halfRange; density = k − mean(k) + (1 − sparsity). */
  static double[] densities(double[] importance, double halfRange, double sparsity) {
    double min = Arrays.stream(importance).min().orElse(0);
    double max = Arrays.stream(importance).max().orElse(0);
    double[] densities = new double[importance.length];
    // Nothing tells the blocks apart: uniform, not 0/0.
    double scale = max > min ? 2 * halfRange / (max - min) : 0;
    double sum = 0;
    for (int i = 0; i < densities.length; i++) {
      densities[i] = (importance[i] - min) * scale;
      sum += densities[i];
    }
    double shift = 1 - sparsity - sum / densities.length;
    for (int i = 0; i < densities.length; i++) {
      densities[i] += shift;
    }
    return densities;
  }
}
