package dev.espalier.bench;

import java.util.function.ToDoubleFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** How far two tensors are apart. */
final class Compare {
  private Compare() {}

  /** Entries that differ; NaN differs from everything. */
  static long differences(Tensor a, Tensor b) {
    try (PointerScope scope = new PointerScope()) {
      return a.ne(b).sum().item_long();
    }
  }

  /** Entries that are zero in exactly one of the two. */
  static long maskDifferences(Tensor a, Tensor b) {
    try (PointerScope scope = new PointerScope()) {
      return differences(a.eq(new Scalar(0)), b.eq(new Scalar(0)));
    }
  }

  /** ‖actual − exact‖ / ‖exact‖, Frobenius, in f64. */
  static double relativeNorm(Tensor actual, Tensor exact) {
    return inDouble(
        actual,
        difference -> difference.sub_(exact).norm().item_double() / exact.norm().item_double());
  }

  /** The largest |actual − exact| / |exact|, where 0/0 counts as 0. */
  static double largestRelative(Tensor actual, Tensor exact) {
    return inDouble(
        actual,
        difference -> {
          Tensor relative = difference.sub_(exact).abs().div(exact.abs());
          relative.masked_fill_(difference.eq(new Scalar(0)), new Scalar(0));
          return relative.max().item_double();
        });
  }

  static double relative(double actual, double exact) {
    return Math.abs(actual - exact) / Math.abs(exact);
  }

  static boolean symmetric(Tensor h) {
    try (PointerScope scope = new PointerScope()) {
      return torch.equal(h, h.t());
    }
  }

  private static double inDouble(Tensor actual, ToDoubleFunction<Tensor> error) {
    try (PointerScope scope = new PointerScope()) {
      return error.applyAsDouble(actual.to(ScalarType.Double, false, true, null));
    }
  }
}
