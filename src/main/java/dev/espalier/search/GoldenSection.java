package dev.espalier.search;

import java.util.function.DoubleUnaryOperator;

/** The minimum of a function with one valley, by golden sections of an interval (Kiefer, 1953). */
final class GoldenSection {
  private static final double RATIO = (Math.sqrt(5) - 1) / 2;

  private GoldenSection() {}

  /**
   * Calls the function so many times, each time nearer to its minimum in [low, high].
   *
   * @param evaluations at least 2
   */
  static void search(DoubleUnaryOperator function, double low, double high, int evaluations) {
    double left = high - RATIO * (high - low);
    double right = low + RATIO * (high - low);
    double atLeft = function.applyAsDouble(left);
    double atRight = function.applyAsDouble(right);
    for (int i = 2; i < evaluations; i++) {
      if (Double.compare(atLeft, atRight) <= 0) { // to be not a number is worse than anything
        high = right;
        right = left;
        atRight = atLeft;
        left = high - RATIO * (high - low);
        atLeft = function.applyAsDouble(left);
      } else {
        low = left;
        left = right;
        atLeft = atRight;
        right = low + RATIO * (high - low);
        atRight = function.applyAsDouble(right);
      }
    }
  }
}
