package dev.espalier.measurement;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.Progress;
import dev.espalier.model.DecoderModel;
import dev.espalier.testing.Scoped;
import dev.espalier.testing.TinyModel;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Least linear reconstruction errors against the published loop. */
@ExtendWith(Scoped.class)
class ReconstructionProbeTest {
  private static final Measurement ERRORS = new Measurement.ReconstructionError(0.5);

  /** The published loop, row by row in f64. */
  private static double published(double[][] w, double[][] h, double share) {
    double total = 0;
    for (double[] row : w) {
      int columns = row.length;
      double[] score = new double[columns];
      for (int j = 0; j < columns; j++) {
        score[j] = row[j] * row[j] * h[j][j];
      }
      for (int first = 0; first < columns; first += 128) {
        int end = Math.min(first + 128, columns);
        boolean[] pruned = new boolean[columns];
        for (int step = 0; step < (int) ((end - first) * share); step++) {
          int least = -1;
          for (int j = first; j < end; j++) {
            least = !pruned[j] && (least < 0 || score[j] < score[least]) ? j : least;
          }
          total += score[least];
          pruned[least] = true;
          for (int j = first; j < end; j++) {
            score[j] += 2 * row[least] * row[j] * h[least][j];
          }
        }
        for (int j = end; j < columns; j++) {
          for (int k = first; k < end; k++) {
            score[j] += pruned[k] ? 2 * row[j] * row[k] * h[k][j] : 0;
          }
        }
      }
    }
    return total;
  }

  private static double[][] rows(Tensor matrix) {
    Tensor wide = matrix.to(ScalarType.Double).contiguous();
    int columns = (int) wide.size(1);
    double[][] rows = new double[(int) wide.size(0)][columns];
    double[] all = new double[rows.length * columns];
    wide.data_ptr_double().get(all);
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(all, i * columns, rows[i], 0, columns);
    }
    return rows;
  }

  @ParameterizedTest
  @CsvSource({"1, 5, 0.5", "7, 128, 0.5", "9, 300, 0.5", "4, 257, 0.9", "3, 130, 0.001"})
  void errorIsThatOfThePublishedLoop(long rows, long columns, double share) {
    torch.manual_seed(rows * 1000 + columns);
    Tensor w = torch.randn(rows, columns);
    Tensor x = torch.randn(3 * columns, columns);
    Tensor h = x.t().matmul(x).mul(new Scalar(2.0 / 16));
    double expected = published(rows(w), rows(h), share);
    assertEquals(expected, ReconstructionProbe.error(w, h, share), 1e-4 * Math.abs(expected));
  }

  /** As on a GPU: linears that share an input, row below row. */
  @ParameterizedTest
  @CsvSource({"128, 0.5", "300, 0.5", "257, 0.9"})
  void linearsMeasuredTogetherHaveTheirOwnErrors(long columns, double share) {
    torch.manual_seed(columns);
    long[] rows = {5, 2, 9};
    Tensor w = torch.randn(16, columns);
    Tensor x = torch.randn(3 * columns, columns);
    Tensor h = x.t().matmul(x).mul(new Scalar(2.0 / 16));
    double[] together = ReconstructionProbe.errors(w, h, share, rows);
    long first = 0;
    for (int i = 0; i < rows.length; i++) {
      double alone = ReconstructionProbe.error(w.narrow(0, first, rows[i]), h, share);
      assertEquals(alone, together[i], 1e-5 * Math.abs(alone));
      first += rows[i];
    }
  }

  @Test
  void measuresEveryLinearTogetherWithScores() {
    try (TinyModel source = TinyModel.small();
        DecoderModel model = source.open()) {
      Map<Measurement, double[]> both =
          new DensePass(model, Set.of(ERRORS, Measurement.Score.MEAN), new DenseNorms())
              .measure(Optional.of(TinyModel.windows(4, 20)), Progress.NONE);
      assertEquals(21, both.get(ERRORS).length);
      for (double error : both.get(ERRORS)) {
        assertTrue(error > 0, () -> "" + error);
      }
      // A measurement does not depend on its company, down to the last bit.
      double[] alone =
          new DensePass(model, Set.of(Measurement.Score.MEAN), new DenseNorms())
              .measure(Optional.of(TinyModel.windows(4, 20)), Progress.NONE)
              .get(Measurement.Score.MEAN);
      assertArrayEquals(alone, both.get(Measurement.Score.MEAN));
    }
  }
}
