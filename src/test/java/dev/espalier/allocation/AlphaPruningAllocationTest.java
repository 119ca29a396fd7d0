package dev.espalier.allocation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.measurement.Granularity;
import dev.espalier.measurement.HillEstimator;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.measurement.Measurement;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.testing.Linears;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AlphaPruningAllocationTest {
  private static MeasuredModel model(long[][] shapes, int perBlock, double... exponents) {
    List<List<LinearDescription>> blocks = new ArrayList<>();
    for (int first = 0; first < shapes.length; first += perBlock) {
      List<LinearDescription> block = new ArrayList<>();
      for (int i = first; i < first + perBlock; i++) {
        block.add(Linears.of("linear" + i, shapes[i][0], shapes[i][1]));
      }
      blocks.add(block);
    }
    return new MeasuredModel(
        blocks, Map.of(new Measurement.TailExponent(HillEstimator.PEAK), exponents));
  }

  @Test
  void mappingByHand() {
    long[][] shapes = {{1, 10}, {1, 30}, {1, 20}, {1, 20}};
    MeasuredModel model = model(shapes, 2, 2, 4, 5, 7);
    // By blocks α = 3, 6, so m = 0.7 and 1.3, ΣN / Σ(N·m) = 1.
    assertArrayEquals(
        new double[] {1 - 0.7 * 0.5, 1 - 1.3 * 0.5},
        new AlphaPruningAllocation(0.3, HillEstimator.PEAK, Granularity.BLOCK)
            .densities(0.5, model),
        1e-12);
    // By linears m = 0.7, 0.94, 1.06, 1.3; Σ(N·m) = 7 + 28.2 + 21.2 + 26 = 82.4 of 80.
    double scale = 0.5 * 80 / 82.4;
    assertArrayEquals(
        new double[] {1 - 0.7 * scale, 1 - 0.94 * scale, 1 - 1.06 * scale, 1 - 1.3 * scale},
        new AlphaPruningAllocation(0.3, HillEstimator.PEAK, Granularity.LINEAR)
            .densities(0.5, model),
        1e-12);
  }

  @Test
  void equalExponentsGiveUniform() {
    MeasuredModel model = model(new long[][] {{1, 10}, {1, 30}}, 1, 3, 3);
    for (Granularity granularity : Granularity.values()) {
      double[] densities =
          new AlphaPruningAllocation(0.3, HillEstimator.PEAK, granularity).densities(0.7, model);
      assertArrayEquals(new double[] {0.3, 0.3}, densities, 1e-12);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, 1.01, Double.NaN})
  void impossibleEpsilonIsRefused(double epsilon) {
    var e =
        assertThrows(
            BadInputException.class,
            () -> new AlphaPruningAllocation(epsilon, HillEstimator.MID, Granularity.BLOCK));
    assertTrue(e.getMessage().startsWith("epsilon is "), e::getMessage);
  }
}
