package dev.espalier.allocation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.kernels.Rounding;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.testing.Linears;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ErAllocationTest {
  private static MeasuredModel model(long[]... shapes) {
    List<LinearDescription> block =
        Arrays.stream(shapes).map(s -> Linears.of("l", s[0], s[1])).toList();
    return new MeasuredModel(List.of(block, block), Map.of());
  }

  @Test
  void byHand() {
    // (out + in)/(out·in) = 0.2 and 0.15; ε·(20·2 + 30·2) = 0.3·(100 + 200)·2, so ε = 1.8.
    MeasuredModel model = model(new long[] {10, 10}, new long[] {10, 20});
    assertArrayEquals(
        new double[] {0.36, 0.27, 0.36, 0.27},
        new ErAllocation(false).densities(0.7, model),
        1e-12);
  }

  @Test
  void whatWouldKeepMoreThanAllStaysDense() {
    MeasuredModel model = model(new long[] {2, 2}, new long[] {100, 100});
    double[] densities = new ErAllocation(false).densities(0.9, model);
    assertEquals(1, densities[0]);
    double kept = 4 * densities[0] + 10000 * densities[1];
    assertEquals(0.1 * 10004, kept, 1e-9);
  }

  @Test
  void erkKeepsTheLastLinearOfEveryBlock() {
    MeasuredModel model = model(new long[] {30, 10}, new long[] {30, 10}, new long[] {10, 10});
    double[] densities = new ErAllocation(true).densities(0.6, model);
    assertEquals(1, densities[2]);
    assertEquals(1, densities[5]);
    assertEquals(0.4 * 700, 300 * densities[0] + 300 * densities[1] + 100, 1e-9);
  }

  @Test
  void theBudgetSettlesWhatErkCannotReach() {
    MeasuredModel model = model(new long[] {10, 10}, new long[] {10, 90});
    SparsityPlan plan = new SparsityBudget(Rounding.EXACT).plan(new ErAllocation(true), 0.8, model);
    double lost = 0;
    for (int b = 0; b < 2; b++) {
      lost += 100 * plan.sparsity(b, 0) + 900 * plan.sparsity(b, 1);
    }
    assertEquals(0.8 * 2000, lost, 1e-6);
  }
}
