package dev.espalier.bench;

import java.util.Locale;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How a case appears in the table.
 *
 * @param target the least ratio of reference to ours that is wanted; 0 for none
 */
record Title(String op, String shape, double target) {
  static String shape(long rows, long cols, ScalarType dtype) {
    return "%d×%d %s".formatted(rows, cols, name(dtype));
  }

  static String name(ScalarType dtype) {
    ScalarType known = dtype.intern();
    return switch (known) {
      case Float -> "f32";
      case Double -> "f64";
      case Half -> "f16";
      case BFloat16 -> "bf16";
      default -> known.toString().toLowerCase(Locale.ROOT);
    };
  }

  @Override
  public String toString() {
    return op + " " + shape;
  }
}
