package dev.espalier.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.NativeException;
import dev.espalier.testing.Scoped;
import dev.espalier.testing.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;

/** Wrong arguments: a code, a sentence that names the argument, nothing written. */
@ExtendWith(Scoped.class)
class KernelErrorsTest {
  private static Tensor matrix(long rows, long cols) {
    return Tensors.random(1, ScalarType.Float, rows, cols);
  }

  private static void assertRefused(String sentence, Executable call) {
    NativeException e = assertThrows(NativeException.class, call);
    assertEquals(NativeException.Code.INVALID_ARGUMENT, e.code());
    assertTrue(e.getMessage().contains(sentence), e::getMessage);
    assertTrue(e.getMessage().matches("[a-z_]+: .{10,}"), e::getMessage);
  }

  @Test
  void sparsities() {
    Tensor w = matrix(4, 8);
    Tensor before = w.clone();
    Tensor u = torch.eye(8);
    Tensor loss = torch.zeros(4, 1).to(ScalarType.Double);
    for (double p : new double[] {-0.1, 1.1, Double.NaN}) {
      for (Rounding rounding : Rounding.values()) {
        String sentence = "sparsity is not in [0, 1]";
        assertRefused(sentence, () -> Kernels.pruneRowsSmallest(w, torch.ones(8), p, rounding));
        assertRefused(sentence, () -> Kernels.pruneMatrixSmallest(w, p, rounding));
        assertRefused(sentence, () -> Kernels.sparseGptSweep(w, u, p, rounding, 128, loss));
      }
    }
    assertRefused("sparsity", () -> Kernels.pruneMatrixSmallest(w, 1, Rounding.PUBLISHED));
    assertRefused("sparsity", () -> Kernels.sparseGptSweep(w, u, 1, Rounding.PUBLISHED, 8, loss));
    Tensors.assertSameBits(before, w, "refused");
  }

  @Test
  void patterns() {
    Tensor w = matrix(4, 8);
    Tensor before = w.clone();
    Tensor u = torch.eye(8);
    Tensor loss = torch.zeros(4, 1).to(ScalarType.Double);
    assertRefused("group 3 does not divide the 8 columns", () -> Kernels.pruneNofM(w, 1, 3));
    assertRefused("group", () -> Kernels.pruneNofM(w, 1, 65));
    assertRefused("group", () -> Kernels.pruneNofM(w, 1, 1));
    assertRefused("keep", () -> Kernels.pruneNofM(w, 0, 4));
    assertRefused("keep", () -> Kernels.pruneNofM(w, torch.ones(8), 4, 4));
    assertRefused("group", () -> Kernels.sparseGptSweepNofM(w, u, 1, 3, 126, loss));
    assertRefused("block_cols", () -> Kernels.sparseGptSweepNofM(w, u, 2, 4, 126, loss));
    assertRefused("block_cols", () -> Kernels.sparseGptSweepNofM(w, u, 2, 4, 0, loss));
    assertRefused("block_cols", () -> Kernels.sparseGptSweepNofM(w, u, 2, 4, 2048, loss));
    Tensors.assertSameBits(before, w, "refused");
  }

  @Test
  void shapes() {
    Tensor w = matrix(4, 8);
    Tensor loss = torch.zeros(4, 1).to(ScalarType.Double);
    Tensor dead = torch.zeros(8).to(ScalarType.Byte);
    assertRefused(
        "s has shape 1 x 7, expected 1 x 8",
        () -> Kernels.pruneRowsSmallest(w, torch.ones(7), 0.5, Rounding.EXACT));
    assertRefused("s has shape", () -> Kernels.pruneNofM(w, torch.ones(7), 2, 4));
    assertRefused("acc", () -> Kernels.accumulateSquares(w, torch.zeros(7).to(ScalarType.Double)));
    assertRefused("h has shape", () -> Kernels.accumulateHessian(w, 1, torch.zeros(8, 7)));
    assertRefused(
        "h has shape",
        () -> Kernels.inverseFactor(torch.zeros(8, 7), 0.01, ScalarType.Double, dead));
    assertRefused("dead", () -> Kernels.inverseFactor(torch.eye(7), 0.01, ScalarType.Double, dead));
    assertRefused(
        "u has shape",
        () -> Kernels.sparseGptSweep(w, torch.eye(7), 0.5, Rounding.EXACT, 128, loss));
    assertRefused(
        "loss",
        () ->
            Kernels.sparseGptSweep(
                w, torch.eye(8), 0.5, Rounding.EXACT, 128, loss.narrow(0, 0, 3)));
    assertRefused(
        "scales[1]",
        () -> Kernels.scoreSummary(List.of(w, w), List.of(torch.ones(8), torch.ones(7)), 5));
    assertRefused("0 x 8", () -> Kernels.countZeros(torch.zeros(0, 8)));
    assertRefused("w", () -> Kernels.pruneNofM(torch.ones(1, 4).expand(4, 4), 2, 4));
  }

  @Test
  void numbers() {
    Tensor w = matrix(4, 8);
    Tensor dead = torch.zeros(8).to(ScalarType.Byte);
    for (double wrong : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      assertRefused("alpha", () -> Kernels.accumulateHessian(w, wrong, torch.eye(8)));
      assertRefused(
          "damping", () -> Kernels.inverseFactor(torch.eye(8), wrong, ScalarType.Double, dead));
      assertRefused(
          "outlier_multiple",
          () -> Kernels.scoreSummary(List.of(w), List.of(torch.ones(8)), wrong));
    }
    assertRefused(
        "damping", () -> Kernels.inverseFactor(torch.eye(8), -1, ScalarType.Double, dead));
    assertRefused(
        "precision", () -> Kernels.inverseFactor(torch.eye(8), 0.1, ScalarType.Half, dead));
    assertRefused("threads", () -> Kernels.setThreads(-1));
  }

  @Test
  void dtypes() {
    Tensor wide = matrix(4, 8).to(ScalarType.Double);
    Tensor acc = torch.zeros(8).to(ScalarType.Double);
    assertRefused("w has dtype f64", () -> Kernels.countZeros(wide));
    assertRefused("x has dtype f64", () -> Kernels.accumulateSquares(wide, acc));
    assertRefused("w has dtype f64", () -> Kernels.pruneNofM(wide, torch.ones(8), 2, 4));
    assertRefused(
        "acc has dtype f32", () -> Kernels.accumulateSquares(matrix(4, 8), torch.zeros(8)));
    assertThrows(IllegalArgumentException.class, () -> Kernels.countZeros(wide.to(ScalarType.Int)));
  }

  @Test
  void rowsThatAreNotContiguous() {
    Tensor w = matrix(8, 8);
    Tensor before = w.clone();
    for (Executable call :
        List.<Executable>of(
            () -> Kernels.pruneMatrixSmallest(w.t(), 0.5, Rounding.EXACT),
            () -> Kernels.pruneNofM(w.t(), 2, 4),
            () -> Kernels.pruneRowsSmallest(w, w.select(1, 0), 0.5, Rounding.EXACT),
            () -> Kernels.countZeros(w.t()),
            () -> Kernels.accumulateHessian(w.t(), 1, torch.eye(8)))) {
      var e = assertThrows(IllegalArgumentException.class, call);
      assertTrue(e.getMessage().contains("not contiguous"), e::getMessage);
    }
    var e = assertThrows(IllegalArgumentException.class, () -> Kernels.countZeros(w.view(2, 4, 8)));
    assertTrue(e.getMessage().contains("[2, 4, 8]"), e::getMessage);
    Tensors.assertSameBits(before, w, "refused");
  }

  @Test
  void listsThatDoNotMatch() {
    Tensor w = matrix(4, 8);
    assertThrows(
        IllegalArgumentException.class, () -> Kernels.scoreSummary(List.of(w), List.of(), 5));
    assertThrows(
        IllegalArgumentException.class, () -> Kernels.scoreSummary(List.of(), List.of(), 5));
  }

  @Test
  void anErrorDoesNotStickToTheNextCall() {
    assertThrows(NativeException.class, () -> Kernels.setThreads(-1));
    assertEquals(12, Kernels.countZeros(torch.zeros(3, 4)));
  }
}
