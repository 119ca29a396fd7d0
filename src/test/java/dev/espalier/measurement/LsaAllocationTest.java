package dev.espalier.measurement;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.allocation.LsaAllocation;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.testing.Linears;
import dev.espalier.testing.Scoped;
import dev.espalier.testing.TinyModel;
import java.util.List;
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

@ExtendWith(Scoped.class)
class LsaAllocationTest {
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

  @Test
  void mappingByHand() {
    List<List<LinearDescription>> blocks =
        List.of(
            List.of(Linears.of("a", 1, 10), Linears.of("b", 1, 30)),
            List.of(Linears.of("c", 1, 10), Linears.of("d", 1, 30)));
    MeasuredModel model = new MeasuredModel(blocks, Map.of(ERRORS, new double[] {1, 3, 2, 6}));
    // By blocks S = 2, 4: the first is more important and keeps 2α more.
    assertArrayEquals(
        new double[] {0.3 + 0.15, 0.3 - 0.15},
        new LsaAllocation(0.15, 0.5, Granularity.BLOCK).densities(0.7, model),
        1e-12);
    // By linears k = (1, 0.6, 0.8, 0)·0.14, mean 0.084, times 20/10 and 20/30.
    assertArrayEquals(
        new double[] {
          0.3 + 0.056 * 2, 0.3, 0.3 + 0.028 * 2, 0.3 - 0.084 * 2 / 3,
        },
        new LsaAllocation(0.07, 0.5, Granularity.LINEAR).densities(0.7, model),
        1e-12);
  }

  @Test
  void impossibleParametersAreRefused() {
    for (double wrong : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(BadInputException.class, () -> new LsaAllocation(wrong, 0.5, Granularity.BLOCK));
      assertThrows(BadInputException.class, () -> new LsaAllocation(0.1, wrong, Granularity.BLOCK));
    }
  }
}
