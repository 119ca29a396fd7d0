package dev.espalier.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.testing.Scoped;
import dev.espalier.testing.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Same input, same bits, whatever the number of threads. */
@ExtendWith(Scoped.class)
class KernelThreadsTest {
  /** Large enough for every kernel to use three threads. */
  private static final long ROWS = 301;

  private static final long COLS = 384;

  @AfterEach
  void allThreads() {
    Kernels.setThreads(0);
  }

  @Test
  void bitsDoNotDependOnThreads() {
    List<Tensor> one = results(1);
    for (int threads = 2; threads <= 3; threads++) {
      List<Tensor> more = results(threads);
      for (int i = 0; i < one.size(); i++) {
        Tensors.assertSameBits(one.get(i), more.get(i), "result " + i + ", threads " + threads);
      }
    }
  }

  private static List<Tensor> results(int threads) {
    Kernels.setThreads(threads);
    assertEquals(threads, Kernels.threads());
    List<Tensor> results = new ArrayList<>();
    Tensor h = torch.zeros(COLS, COLS);
    for (ScalarType dtype : List.of(ScalarType.Float, ScalarType.Half, ScalarType.BFloat16)) {
      Tensor x = Tensors.activations(1, ROWS, COLS).to(dtype);
      Tensor acc = torch.zeros(COLS).to(ScalarType.Double);
      Kernels.accumulateSquares(x, acc);
      results.add(acc);
      Kernels.accumulateHessian(x, 0.5, h);
      results.add(h.clone());
      Tensor s = acc.sqrt().to(ScalarType.Float);
      Tensor w = Tensors.tied(2, dtype, ROWS, COLS);
      Tensor rows = w.clone();
      Kernels.pruneRowsSmallest(rows, s, 0.7, Rounding.EXACT);
      Tensor matrix = w.clone();
      Kernels.pruneMatrixSmallest(matrix, 0.7, Rounding.EXACT);
      Tensor group = w.clone();
      Kernels.pruneNofM(group, s, 2, 4);
      results.addAll(List.of(rows, matrix, group));
      results.add(numbers(Kernels.scoreSummary(List.of(w, rows), List.of(s, s), 5)));
      assertEquals(w.numel() * 7 / 10, Kernels.countZeros(matrix), 1);
    }
    Tensor dead = torch.zeros(COLS).to(ScalarType.Byte);
    Kernels.inverseFactor(h, 0.01, ScalarType.Double, dead);
    Tensor w = Tensors.random(3, ScalarType.Float, ROWS, COLS);
    Tensor grouped = w.clone();
    Tensor loss = torch.zeros(ROWS, 1).to(ScalarType.Double);
    Tensor groupedLoss = loss.clone();
    Kernels.sparseGptSweep(w, h, 0.7, Rounding.EXACT, 128, loss);
    Kernels.sparseGptSweepNofM(grouped, h, 4, 8, 128, groupedLoss);
    results.addAll(List.of(h, w, loss, grouped, groupedLoss));
    return results;
  }

  private static Tensor numbers(ScoreSummary summary) {
    return Tensor.create(
        summary.count(),
        summary.outliers(),
        summary.sum(),
        summary.mean(),
        summary.median(),
        summary.standardDeviation(),
        summary.max());
  }
}
