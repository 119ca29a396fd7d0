package dev.espalier.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.reference.EagerReference;
import dev.espalier.testing.Scoped;
import dev.espalier.testing.SweepCheck;
import dev.espalier.testing.Tensors;
import java.util.OptionalLong;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Factorisation and sweep, against f64 and the published operations. */
@ExtendWith(Scoped.class)
class SparseGptKernelsTest {
  private static final long[][] SHAPES = {{1, 1}, {1, 30}, {7, 1}, {5, 17}, {20, 128}, {33, 200}};

  private static Tensor hessian(long cols) {
    Tensor x = Tensors.activations(11, 2 * cols + 5, cols);
    Tensor h = torch.zeros(cols, cols);
    Kernels.accumulateHessian(x, 2.0 / 5, h);
    return h;
  }

  private static Tensor factor(Tensor h) {
    Tensor u = h.clone();
    Tensor dead = torch.zeros(h.size(0)).to(ScalarType.Byte);
    assertEquals(OptionalLong.empty(), Kernels.inverseFactor(u, 0.01, ScalarType.Double, dead));
    return u;
  }

  @Test
  void factorIsThatOfDoubles() {
    for (long n : new long[] {1, 2, 17, 64, 130, 257}) {
      Tensor h = hessian(n);
      Tensor expected = EagerReference.inverseFactor(h.to(ScalarType.Double), 0.01);
      for (ScalarType precision : new ScalarType[] {ScalarType.Float, ScalarType.Double}) {
        Tensor u = Tensors.strided(h);
        Tensor dead = torch.ones(n).to(ScalarType.Byte);
        assertEquals(OptionalLong.empty(), Kernels.inverseFactor(u, 0.01, precision, dead));
        Tensors.assertClose(expected, u, 1e-4, n + " in " + precision);
        Tensors.assertPaddingUntouched(u);
        assertEquals(0, dead.sum().item_long());
        assertEquals(0, u.tril(-1).abs().sum().item_double(), "upper");
      }
    }
  }

  @Test
  void theCpuFactorsInDouble() {
    assertEquals(ScalarType.Double, Kernels.factorPrecision(hessian(3)));
  }

  @Test
  void deadColumnsCountAsOne() {
    Tensor x = Tensors.activations(11, 50, 12);
    x.narrow(1, 4, 2).zero_();
    Tensor h = torch.zeros(12, 12);
    Kernels.accumulateHessian(x, 1, h);
    Tensor expected = EagerReference.inverseFactor(h.to(ScalarType.Double), 0.01);
    Tensor dead = torch.zeros(12).to(ScalarType.Byte);
    assertTrue(Kernels.inverseFactor(h, 0.01, ScalarType.Double, dead).isEmpty());
    Tensors.assertClose(expected, h, 1e-5, "factor");
    assertEquals(2, dead.sum().item_long());
    assertEquals(2, dead.narrow(0, 4, 2).sum().item_long());
  }

  @Test
  void namesThePivotThatFailsAndLeavesTheMatrixAlone() {
    for (double wrong : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      Tensor h = torch.eye(9);
      h.narrow(0, 5, 1).narrow(1, 5, 1).copy_(torch.ones(1).mul(new Scalar(wrong)));
      Tensor before = h.clone();
      Tensor dead = torch.zeros(9).to(ScalarType.Byte);
      OptionalLong failed = Kernels.inverseFactor(h, 0, ScalarType.Double, dead);
      assertTrue(failed.isPresent());
      if (wrong == -1) {
        assertEquals(5, failed.getAsLong());
      }
      Tensors.assertSameBits(before, h, "on failure");
    }
  }

  @Test
  void sweepFollowsTheAlgorithm() {
    for (long[] shape : SHAPES) {
      Tensor u = factor(hessian(shape[1]));
      Tensor w = Tensors.random(12, ScalarType.Float, shape);
      for (int width : new int[] {1, 5, 128}) {
        for (double sparsity : new double[] {0, 0.3, 0.5, 0.9}) {
          for (Rounding rounding : Rounding.values()) {
            Tensor pruned = Tensors.strided(w);
            Tensor loss = torch.ones(shape[0], 1).to(ScalarType.Double);
            Kernels.sparseGptSweep(pruned, Tensors.strided(u), sparsity, rounding, width, loss);
            Tensors.assertPaddingUntouched(pruned);
            SweepCheck check =
                new SweepCheck(Tensors.rows(w), Tensors.rows(u), Tensors.rows(pruned));
            long total = Math.round(w.numel() * sparsity);
            for (int first = 0; first < shape[1]; first += width) {
              int last = (int) Math.min(shape[1], first + width);
              long count =
                  rounding == Rounding.EXACT
                      ? total * last / shape[1] - total * first / shape[1]
                      : (long) (shape[0] * (last - first) * sparsity) + 1;
              check.block(first, last, count);
            }
            assertLosses(check.losses(), loss);
          }
        }
      }
    }
  }

  private static void assertLosses(double[] expected, Tensor losses) {
    double[] actual = Tensors.values(losses);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], 1e-4 * expected[i] + 1e-12, "loss of row " + i);
    }
  }

  @Test
  void groupedSweepFollowsTheAlgorithm() {
    int[][] patterns = {{2, 4}, {1, 3}, {3, 6}, {5, 20}, {63, 64}};
    for (int[] pattern : patterns) {
      int group = pattern[1];
      long cols = 3L * group;
      Tensor u = factor(hessian(cols));
      Tensor w = Tensors.random(13, ScalarType.Float, 9, cols);
      for (int width : new int[] {group, 2 * group, 1024 / group * group}) {
        Tensor pruned = Tensors.strided(w);
        Tensor loss = torch.ones(9, 1).to(ScalarType.Double);
        Kernels.sparseGptSweepNofM(pruned, u, pattern[0], group, width, loss);
        Tensors.assertPaddingUntouched(pruned);
        SweepCheck check = new SweepCheck(Tensors.rows(w), Tensors.rows(u), Tensors.rows(pruned));
        for (int first = 0; first < cols; first += group) {
          check.groups(first, group, group - pattern[0]);
        }
        assertLosses(check.losses(), loss);
      }
    }
  }

  @Test
  void sweepAgreesWithThePublishedOperations() {
    Tensor u = factor(hessian(192));
    Tensor w = Tensors.random(14, ScalarType.Float, 48, 192);
    Tensor loss = torch.zeros(48, 1).to(ScalarType.Double);

    Tensor ours = w.clone();
    Tensor published = w.clone();
    Kernels.sparseGptSweep(ours, u, 0.7, Rounding.PUBLISHED, 128, loss);
    Tensor losses = EagerReference.sparseGptSweep(published, u, 0.7);
    assertAgree(published, ours);
    assertEquals(losses.sum().item_double(), loss.sum().item_double(), 0.01 * 48);

    ours = w.clone();
    published = w.clone();
    Kernels.sparseGptSweepNofM(ours, u, 4, 8, 128, loss);
    losses = EagerReference.sparseGptSweepNofM(published, u, 4, 8);
    assertAgree(published, ours);
    assertEquals(losses.sum().item_double(), loss.sum().item_double(), 0.01 * 48);
  }

  /** One choice that rounding turns changes its whole row, so a few rows may differ. */
  private static void assertAgree(Tensor published, Tensor ours) {
    int different = 0;
    for (int i = 0; i < published.size(0); i++) {
      different += Tensors.distance(published.narrow(0, i, 1), ours.narrow(0, i, 1)) > 1e-3 ? 1 : 0;
    }
    assertTrue(different <= 2, different + " rows differ");
  }

  @Test
  void nothingToPruneLeavesTheBits() {
    Tensor u = factor(hessian(30));
    Tensor w = Tensors.random(15, ScalarType.Float, 8, 30);
    Tensor before = w.clone();
    Tensor loss = torch.ones(8, 1).to(ScalarType.Double);
    Kernels.sparseGptSweep(w, u, 0, Rounding.EXACT, 128, loss);
    Tensors.assertSameBits(before, w, "sparsity 0");
    assertEquals(0, loss.sum().item_double());
    Kernels.sparseGptSweep(w, u, 1, Rounding.EXACT, 128, loss);
    assertEquals(w.numel(), Kernels.countZeros(w));
  }
}
