package dev.espalier.allocation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.measurement.MeasuredModel;
import dev.espalier.testing.Linears;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SparsityPlanTest {
  private static final MeasuredModel MODEL =
      new MeasuredModel(
          List.of(
              List.of(Linears.of("b", 1, 30), Linears.of("a", 1, 10)),
              List.of(Linears.of("d", 2, 5), Linears.of("c", 2, 5))),
          Map.of());

  private static final SparsityPlan PLAN =
      new SparsityPlan(
          List.of(new BlockSparsity(List.of(0.5, 0.9)), BlockSparsity.same(0.25)), List.of());

  @Test
  void linearsAreNamedInTheModelsOrder() {
    List<Map<String, Double>> named = PLAN.byName(MODEL);
    assertEquals(List.of(Map.of("b", 0.5, "a", 0.9), Map.of("d", 0.25, "c", 0.25)), named);
    assertEquals(List.of("b", "a"), new ArrayList<>(named.get(0).keySet()));
  }

  @Test
  void aBlocksMeanIsWeightedByParameters() {
    assertEquals(List.of((0.5 * 30 + 0.9 * 10) / 40, 0.25), PLAN.blockMeans(MODEL));
  }

  @Test
  void aBlockWhoseLinearsAgreeHasOneSparsity() {
    assertEquals(BlockSparsity.same(0.7), new BlockSparsity(List.of(0.7, 0.7, 0.7)));
    assertEquals(3, new BlockSparsity(List.of(0.7, 0.7, 0.6)).linears().size());
  }
}
