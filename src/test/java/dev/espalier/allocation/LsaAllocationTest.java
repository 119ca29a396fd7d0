package dev.espalier.allocation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.espalier.BadInputException;
import dev.espalier.measurement.Granularity;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.measurement.Measurement;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.testing.Linears;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LsaAllocationTest {
  private static final Measurement ERRORS = new Measurement.ReconstructionError(0.5);

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
