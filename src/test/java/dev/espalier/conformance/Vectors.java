package dev.espalier.conformance;

import java.util.Arrays;

/** Arithmetic on rows of doubles; every result is new. */
final class Vectors {
  private Vectors() {}

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  static double[] times(double[][] matrix, double[] x) {
    return Arrays.stream(matrix).mapToDouble(row -> dot(row, x)).toArray();
  }

  static double[] sum(double[] a, double[] b) {
    double[] sum = a.clone();
    Arrays.setAll(sum, i -> a[i] + b[i]);
    return sum;
  }

  static double[] scaled(double[] a, double factor) {
    return Arrays.stream(a).map(value -> value * factor).toArray();
  }

  static double[] softmax(double[] scores) {
    double largest = Arrays.stream(scores).max().orElseThrow();
    double[] powers = Arrays.stream(scores).map(score -> Math.exp(score - largest)).toArray();
    return scaled(powers, 1 / Arrays.stream(powers).sum());
  }

  /** Values beyond ±cap bend towards it. */
  static double capped(double value, double cap) {
    return cap * Math.tanh(value / cap);
  }
}
