package dev.espalier.report;

import java.util.Locale;

/** How people are told quantities, on the console and on pages. */
public final class Quantities {
  private static final double MIB = 1 << 20;
  private static final double GIB = 1 << 30;

  private Quantities() {}

  /** A perplexity, such as {@code 7.26}; four digits of a large one. */
  public static String perplexity(double value) {
    return format(value < 1000 ? "%.2f" : "%.4g", value);
  }

  /** A number of things, such as {@code 3,932,160}. */
  public static String count(long things) {
    return format("%,d", things);
  }

  /** A fraction where many are compared, such as {@code 0.7000}. */
  public static String fraction(double fraction) {
    return format("%.4f", fraction);
  }

  /** A fraction where a glance is enough, such as {@code 0.70}. */
  static String shortFraction(double fraction) {
    return format("%.2f", fraction);
  }

  /** A fraction, such as {@code 70.00 %}. */
  public static String percent(double fraction) {
    return format("%.2f %%", 100 * fraction);
  }

  /** A fraction to two digits, such as {@code 28 %} or {@code 2.8 %}. */
  static String roughPercent(double fraction) {
    double percent = 100 * fraction;
    return percent < 0.1
        ? "less than 0.1 %"
        : format(percent < 9.95 ? "%.1f %%" : "%.0f %%", percent);
  }

  static String bytes(long bytes) {
    return bytes < GIB ? format("%.0f MiB", bytes / MIB) : format("%.1f GiB", bytes / GIB);
  }

  /** A duration, such as {@code 2 h 05 min}. */
  public static String duration(double seconds) {
    long whole = Math.round(seconds);
    if (whole < 60) {
      return format("%.1f s", seconds);
    }
    return whole < 3600
        ? format("%d min %02d s", whole / 60, whole % 60)
        : format("%d h %02d min", whole / 3600, whole % 3600 / 60);
  }

  /** A short time, the unit told elsewhere. */
  static String seconds(double seconds) {
    return format("%.2f", seconds);
  }

  /** What a Hessian's diagonal was raised by, relative to its mean. */
  static String damping(double relative) {
    return format("%g", relative);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
