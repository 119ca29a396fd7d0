package dev.espalier.bench;

import java.util.Arrays;

/** The times of a side's runs, in milliseconds, in the order measured. */
record Timing(double[] millis) {
  /** Of a case that cannot be run. */
  static final Timing NONE = new Timing(new double[0]);

  double median() {
    return quantile(0.5);
  }

  /** Half the distance of the quartiles, relative to the median. */
  double spread() {
    return (quantile(0.75) - quantile(0.25)) / 2 / median();
  }

  private double quantile(double q) {
    if (millis.length == 0) {
      return Double.NaN;
    }
    double[] sorted = millis.clone();
    Arrays.sort(sorted);
    double position = q * (sorted.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }
}
