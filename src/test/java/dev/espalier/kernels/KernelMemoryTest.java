package dev.espalier.kernels;

import dev.espalier.NativeException;
import dev.espalier.testing.ResidentMemory;
import dev.espalier.testing.Scoped;
import dev.espalier.testing.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A thousand calls leave nothing behind. Native objects are counted one by one; the bound on
 * resident memory is for what is allocated beside them. Every matrix here takes 32 KiB or more, so
 * a copy left behind by each call would take twice the bound.
 */
@ExtendWith(Scoped.class)
class KernelMemoryTest {
  private static final int CALLS = 1000;
  private static final long BOUND = 16 << 20;

  private final Tensor w = Tensors.random(1, ScalarType.Float, 64, 128);
  private final Tensor x = Tensors.activations(2, 64, 128);
  private final Tensor s = torch.ones(128);
  private final Tensor u = torch.eye(128);
  private final Tensor acc = torch.zeros(128).to(ScalarType.Double);
  private final Tensor h = torch.eye(128);
  private final Tensor dead = torch.zeros(128).to(ScalarType.Byte);
  private final Tensor loss = torch.zeros(64, 1).to(ScalarType.Double);

  @Test
  void selection() {
    ResidentMemory.assertSteady(
        CALLS,
        CALLS,
        BOUND,
        () -> {
          Kernels.pruneRowsSmallest(w, s, 0.5, Rounding.EXACT);
          Kernels.pruneMatrixSmallest(w, 0.5, Rounding.PUBLISHED);
          Kernels.pruneNofM(w, 2, 4);
          Kernels.pruneNofM(w, s, 2, 4);
          Kernels.scoreSummary(List.of(w, x), List.of(s, s), 5);
          Kernels.countZeros(w);
        });
  }

  @Test
  void statistics() {
    ResidentMemory.assertSteady(
        CALLS / 5,
        CALLS,
        BOUND,
        () -> {
          Kernels.accumulateSquares(x, acc);
          Kernels.accumulateHessian(x, 0, h);
        });
  }

  @Test
  void sparseGpt() {
    ResidentMemory.assertSteady(
        CALLS / 5,
        CALLS,
        BOUND,
        () -> {
          Kernels.inverseFactor(h, 0.01, ScalarType.Double, dead);
          Kernels.sparseGptSweep(w, u, 0.5, Rounding.EXACT, 128, loss);
          Kernels.sparseGptSweepNofM(w, u, 2, 4, 128, loss);
        });
  }

  @Test
  void errors() {
    ResidentMemory.assertSteady(
        CALLS,
        CALLS,
        BOUND,
        () -> {
          try {
            Kernels.pruneRowsSmallest(w, s, 2, Rounding.EXACT);
          } catch (NativeException e) {
            return;
          }
          throw new AssertionError("refused");
        });
  }
}
