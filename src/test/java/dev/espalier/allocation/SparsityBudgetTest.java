package dev.espalier.allocation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.allocation.SparsityBudget.Settled;
import dev.espalier.kernels.Rounding;
import dev.espalier.measurement.Measurement.Score;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SparsityBudgetTest {
  private static double mean(Settled plan, long[] parameters) {
    double pruned = 0;
    for (int i = 0; i < parameters.length; i++) {
      pruned += plan.sparsity(i) * parameters[i];
    }
    return pruned / Arrays.stream(parameters).sum();
  }

  @Test
  void equalBlocksKeepTheAllocatedDensities() {
    Settled plan =
        new SparsityBudget(Rounding.EXACT)
            .settle(new double[] {0.4, 0.3, 0.2}, new long[] {5, 5, 5}, 0.7);
    assertEquals(List.of(1 - 0.4, 1 - 0.3, 1 - 0.2), plan.sparsities());
    assertEquals(List.of(), plan.clamped());
  }

  @Test
  void unequalBlocksAreWeightedByTheirParameters() {
    // 0.6·1 + 0.8·3 = 3, 0.2 more than 0.7·4: both move by 0.05.
    Settled plan =
        new SparsityBudget(Rounding.EXACT).settle(new double[] {0.4, 0.2}, new long[] {1, 3}, 0.7);
    assertEquals(0.55, plan.sparsity(0), 1e-12);
    assertEquals(0.75, plan.sparsity(1), 1e-12);
    assertEquals(List.of(), plan.clamped());
  }

  @Test
  void clampedBlocksLeaveTheirShareToTheOthers() {
    Settled plan =
        new SparsityBudget(Rounding.EXACT)
            .settle(new double[] {1.1, 0.3, 0.3, -0.1}, new long[] {1, 1, 1, 1}, 0.6);
    assertEquals(List.of(0, 3), plan.clamped());
    assertEquals(0, plan.sparsity(0));
    assertEquals(0.99, plan.sparsity(3));
    assertEquals((2.4 - 0.99) / 2, plan.sparsity(1), 1e-12);
    assertEquals(plan.sparsity(1), plan.sparsity(2));
  }

  @Test
  void hitsTheTargetWhateverTheDensities() {
    Random random = new Random(3);
    for (int i = 0; i < 3000; i++) {
      int blocks = 1 + random.nextInt(40);
      double[] targets = {0, 1e-9, 1e-3, random.nextDouble(), 0.98, 0.99, 0.995, 1 - 1e-9};
      double sparsity = targets[random.nextInt(targets.length)];
      double range = Math.pow(10, random.nextInt(20) - 8);
      double[] densities =
          random
              .doubles(blocks)
              .map(d -> range * (d - 0.5) * (random.nextInt(4) == 0 ? 1e9 : 1) + 1 - sparsity)
              .toArray();
      long[] parameters = random.longs(blocks, 1, 1L << 33).toArray();
      Settled plan = new SparsityBudget(Rounding.EXACT).settle(densities, parameters, sparsity);
      assertSettled(plan, densities, parameters, sparsity);
    }
  }

  @Test
  void hitsTheTargetWithAnyAlpha() {
    Random random = new Random(4);
    long[] parameters = random.longs(12, 1, 1000).toArray();
    for (double alpha : new double[] {1e-300, 1e-9, 0.15, 0.5, 3, 1e6, 8e307}) {
      double[] densities =
          new DlpAllocation(alpha, Score.MEAN)
              .densities(0.7, Scores.model(12, Scores.random(random, 12)));
      Settled plan = new SparsityBudget(Rounding.EXACT).settle(densities, parameters, 0.7);
      assertSettled(plan, densities, parameters, 0.7);
    }
  }

  private static void assertSettled(
      Settled plan, double[] densities, long[] parameters, double sparsity) {
    assertEquals(sparsity, mean(plan, parameters), 1e-9);
    for (int i = 0; i < densities.length; i++) {
      double settled = plan.sparsity(i);
      assertTrue(settled >= 0 && settled <= Math.max(0.99, sparsity), () -> "" + settled);
      if (plan.clamped().contains(i)) {
        assertTrue(settled == 0 || settled >= 0.99, () -> "clamped at " + settled);
      }
      for (int j = 0; j < i; j++) {
        double order = (densities[i] - densities[j]) * (settled - plan.sparsity(j));
        assertTrue(order <= 0, "who keeps more by the allocation never loses more");
      }
    }
  }

  @Test
  void publishedRoundingOnlyMendsWhatIsNotPositive() {
    Settled plan =
        new SparsityBudget(Rounding.PUBLISHED)
            .settle(new double[] {0.4, 1, 1.2, 0.001}, new long[] {1, 2, 3, 400}, 0.7);
    assertEquals(List.of(1 - 0.4, 0.01, 0.01, 1 - 0.001), plan.sparsities());
    assertEquals(List.of(1, 2), plan.clamped());
  }

  @Test
  void publishedRoundingCannotEmptyABlock() {
    for (double density : new double[] {0, -0.2}) {
      var e =
          assertThrows(
              BadInputException.class,
              () ->
                  new SparsityBudget(Rounding.PUBLISHED)
                      .settle(new double[] {0.4, density}, new long[] {1, 1}, 0.9));
      assertTrue(e.getMessage().startsWith("block or linear 1 would lose 1"), e::getMessage);
    }
  }
}
