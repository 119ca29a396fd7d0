package dev.espalier.pruning;

import dev.espalier.device.NativeMemory;
import dev.espalier.kernels.Kernels;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
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

  /** ⟨A, B⟩, both [rows, columns] f32. */
  static double product(Tensor a, Tensor b) {
    try (PointerScope scope = new PointerScope()) {
      return torch.linalg_vecdot(a, b).to(ScalarType.Double).sum().item_double();
    }
  }

  /** ‖W‖² as it will be told by the device; the caller's scope's. */
  static Tensor square(Tensor weight) {
    return NativeMemory.compute(() -> columnSquares(weight).sum());
  }

  /** ‖W·diag(s)‖², s [in] f32, likewise. */
  static Tensor square(Tensor weight, Tensor s) {
    return NativeMemory.compute(() -> columnSquares(weight).dot(s.to(ScalarType.Double).square()));
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

  /**
   * The error of a method that only removes: what is lost is what was there less what is left.
   *
   * @param before ‖·‖² as {@link #square} gives it, read with the other only now: that waits for
   *     the device
   */
  static LinearError removalError(LinearError.Measure measure, Tensor before, Tensor after) {
    double[] both = new double[2];
    NativeMemory.run(
        () -> torch.stack(new TensorVector(before, after)).cpu().data_ptr_double().get(both));
    return removalError(measure, both[0], both[1]);
  }

  static LinearError removalError(LinearError.Measure measure, double before, double after) {
    double lost = before > 0 ? Math.sqrt(Math.max(0, 1 - after / before)) : 0;
    return new LinearError(measure, lost, 0);
  }
}
