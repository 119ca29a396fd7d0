package dev.espalier.pruning;

import dev.espalier.NumericalException;
import dev.espalier.Setting;
import dev.espalier.kernels.Kernels;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Squared Frobenius norms before and after pruning, and the error between them. */
final class ErrorNorms {
  private ErrorNorms() {}

  /** ‖W‖². */
  static double squared(Tensor weight) {
    try (PointerScope scope = new PointerScope()) {
      return columnSquares(weight).sum().item_double();
    }
  }

  /**
   * ‖W·diag(s)‖², s [in] f32, before anything is chosen by these scores.
   *
   * @throws NumericalException if there is no choosing, because s is not finite
   */
  static double finiteSquared(Tensor weight, Tensor s) {
    double squared = squared(weight, s);
    if (!Double.isFinite(squared)) {
      throw new NumericalException(
          "the norms of its inputs are not finite; the calibration activations are NaN or infinite,"
              + " perhaps because the compute dtype is too narrow",
          Setting.COMPUTE_DTYPE);
    }
    return squared;
  }

  /** ‖W·diag(s)‖², s [in] f32. */
  static double squared(Tensor weight, Tensor s) {
    try (PointerScope scope = new PointerScope()) {
      return columnSquares(weight).dot(s.to(ScalarType.Double).square()).item_double();
    }
  }

  /** [in] f64. */
  private static Tensor columnSquares(Tensor weight) {
    Tensor squares =
        torch.zeros(
            new long[] {weight.size(1)},
            weight.options().dtype(new ScalarTypeOptional(ScalarType.Double)));
    Kernels.accumulateSquares(weight, squares);
    return squares;
  }

  /** The error of a method that only removes: what is lost is what was there less what is left. */
  static LinearError removalError(LinearError.Measure measure, double before, double after) {
    double lost = before > 0 ? Math.sqrt(Math.max(0, 1 - after / before)) : 0;
    return new LinearError(measure, lost, 0);
  }
}
