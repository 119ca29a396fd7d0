package dev.espalier.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.reference.EagerReference;
import dev.espalier.testing.Scoped;
import dev.espalier.testing.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The kernels that sum up activations and scores, against f64 and the published operations. */
@ExtendWith(Scoped.class)
class StatisticsKernelsTest {
  private static final long[][] SHAPES = {
    {1, 1}, {1, 33}, {257, 1}, {3, 17}, {64, 64}, {129, 130}, {700, 96}
  };
  private static final ScalarType[] DTYPES = {
    ScalarType.Float, ScalarType.Half, ScalarType.BFloat16
  };

  private static Tensor zeros(ScalarType dtype, long... shape) {
    return torch.zeros(shape).to(dtype);
  }

  @Test
  void squaresAreThoseOfDoubles() {
    for (long[] shape : SHAPES) {
      for (ScalarType dtype : DTYPES) {
        Tensor x = Tensors.activations(1, shape[0], shape[1]).to(dtype);
        Tensor expected = x.to(ScalarType.Double).square().sum(0);
        for (Tensor view : List.of(x, Tensors.strided(x))) {
          Tensor acc = zeros(ScalarType.Double, shape[1]);
          Kernels.accumulateSquares(view, acc);
          Tensors.assertClose(expected, acc, 1e-12, dtype);
          Kernels.accumulateSquares(view, acc);
          Tensors.assertClose(expected.mul(new Scalar(2)), acc, 1e-12, "added to");
        }
      }
    }
  }

  @Test
  void squaresAreThoseOfThePublishedOperations() {
    Tensor x = Tensors.activations(2, 300, 70);
    Tensor acc = zeros(ScalarType.Double, 70);
    Tensor row = torch.zeros(70);
    for (int i = 0; i < 3; i++) {
      Kernels.accumulateSquares(x.narrow(0, 100 * i, 100), acc);
      EagerReference.addBatchNorms(x.narrow(0, 100 * i, 100), row, i, 1);
    }
    Tensors.assertClose(row, acc.div(new Scalar(3)), 1e-6, "mean squares");
  }

  @Test
  void squaresNeitherOverflowNorHideWhatIsNotFinite() {
    Tensor x = torch.ones(3, 4);
    x.narrow(1, 0, 1).mul_(new Scalar(1e30));
    x.narrow(1, 1, 1).mul_(new Scalar(Double.NaN));
    x.narrow(1, 2, 1).mul_(new Scalar(Double.NEGATIVE_INFINITY));
    Tensor acc = zeros(ScalarType.Double, 4);
    Kernels.accumulateSquares(x, acc);
    double[] squares = Tensors.values(acc);
    assertEquals(3e60, squares[0], 1e54);
    assertTrue(Double.isNaN(squares[1]));
    assertEquals(Double.POSITIVE_INFINITY, squares[2]);
    assertEquals(3, squares[3]);
  }

  @Test
  void hessianIsThatOfDoubles() {
    for (long[] shape : SHAPES) {
      for (ScalarType dtype : DTYPES) {
        Tensor x = Tensors.activations(1, shape[0], shape[1]).to(dtype);
        Tensor wide = x.to(ScalarType.Double);
        Tensor expected = wide.t().matmul(wide).mul(new Scalar(0.25));
        for (Tensor view : List.of(x, Tensors.strided(x))) {
          Tensor h = Tensors.strided(torch.zeros(shape[1], shape[1]));
          Kernels.accumulateHessian(view, 0.25, h);
          Tensors.assertClose(expected, h, 2e-6, dtype);
          Tensors.assertSameBits(h.t().contiguous(), h, "symmetry");
          Tensors.assertPaddingUntouched(h);
          Kernels.accumulateHessian(view, 0.75, h);
          Tensors.assertClose(expected.mul(new Scalar(4)), h, 2e-6, "added to");
        }
      }
    }
  }

  @Test
  void hessianIsThatOfThePublishedOperations() {
    Tensor x = Tensors.activations(2, 300, 70);
    Tensor ours = torch.zeros(70, 70);
    Tensor published = torch.zeros(70, 70);
    for (int i = 0; i < 3; i++) {
      Kernels.accumulateHessian(x.narrow(0, 100 * i, 100), 2.0 / 3, ours);
      EagerReference.addBatchHessian(x.narrow(0, 100 * i, 100), published, i, 1);
    }
    Tensors.assertClose(published, ours, 2e-6, "Hessian");
  }

  @Test
  void summaryIsThatOfDoubles() {
    for (ScalarType dtype : DTYPES) {
      for (int kind = 0; kind < 3; kind++) {
        List<Tensor> weights =
            List.of(
                weight(kind, dtype, 1, 1),
                weight(kind, dtype, 17, 130),
                weight(kind, dtype, 70, 5));
        List<Tensor> scales =
            List.of(
                torch.ones(1),
                Tensors.random(5, ScalarType.Float, 130).abs(),
                Tensors.tied(6, ScalarType.Float, 5).abs());
        assertSummary(weights, scales);
        assertSummary(weights.stream().map(Tensors::strided).toList(), scales);
        assertSummary(weights.subList(0, 1), scales.subList(0, 1));
      }
    }
  }

  private static Tensor weight(int kind, ScalarType dtype, long rows, long cols) {
    return switch (kind) {
      case 0 -> Tensors.random(9, dtype, rows, cols);
      case 1 -> Tensors.tied(9, dtype, rows, cols);
      default -> torch.zeros(rows, cols).to(dtype);
    };
  }

  private static void assertSummary(List<Tensor> weights, List<Tensor> scales) {
    double[] scores = Tensors.values(EagerReference.scores(weights, scales));
    Arrays.sort(scores);
    double sum = DoubleStream.of(scores).sum();
    double mean = sum / scores.length;
    double squares = DoubleStream.of(scores).map(a -> (a - mean) * (a - mean)).sum();
    ScoreSummary summary = Kernels.scoreSummary(weights, scales, 1.5);
    assertEquals(scores.length, summary.count());
    assertEquals(sum, summary.sum(), 1e-12 * sum);
    assertEquals(mean, summary.mean(), 1e-12 * mean);
    assertEquals(scores[(scores.length - 1) / 2], summary.median());
    assertEquals(scores[scores.length - 1], summary.max());
    assertEquals(
        scores.length == 1 ? 0 : Math.sqrt(squares / (scores.length - 1)),
        summary.standardDeviation(),
        1e-9 * mean);
    assertEquals(DoubleStream.of(scores).filter(a -> a > 1.5 * mean).count(), summary.outliers());
    assertEquals(EagerReference.meanScore(weights, scales), summary.mean(), 1e-5 * mean);
    assertEquals(EagerReference.medianScore(weights, scales), summary.median());
    assertEquals(
        EagerReference.outlierRatio(weights, scales, 1.5),
        (double) summary.outliers() / summary.count(),
        1.0 / summary.count());
  }

  @Test
  void summaryShowsThatAScoreIsNotFinite() {
    for (double wrong : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      Tensor w = Tensors.random(1, ScalarType.Float, 20, 30);
      w.narrow(0, 3, 1).narrow(1, 4, 1).copy_(torch.ones(1).mul(new Scalar(wrong)));
      ScoreSummary summary = Kernels.scoreSummary(List.of(w), List.of(torch.ones(30)), 5);
      assertFalseFinite(summary.sum());
      assertFalseFinite(summary.mean());
      assertFalseFinite(summary.standardDeviation());
      assertFalseFinite(summary.max());
      assertTrue(Double.isFinite(summary.median()));
      assertEquals(0, summary.outliers());
    }
  }

  private static void assertFalseFinite(double value) {
    assertTrue(!Double.isFinite(value), () -> value + " is finite");
  }

  @Test
  void countsZerosOfEitherSign() {
    for (long[] shape : SHAPES) {
      for (ScalarType dtype : DTYPES) {
        Tensor w = Tensors.tied(2, dtype, shape);
        long zeros = Arrays.stream(Tensors.values(w)).filter(v -> v == 0).count();
        assertEquals(zeros, Kernels.countZeros(w));
        assertEquals(zeros, Kernels.countZeros(Tensors.strided(w)));
        assertEquals(zeros, Kernels.countZeros(w.neg()));
        assertEquals(0, Kernels.countZeros(w.mul(new Scalar(Double.NaN))));
      }
    }
  }
}
