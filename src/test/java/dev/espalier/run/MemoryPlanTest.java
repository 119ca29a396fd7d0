package dev.espalier.run;

import static dev.espalier.testing.Llamas.SEVEN_B;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.forward.MemoryBeside;
import dev.espalier.pruning.MagnitudePruning;
import dev.espalier.pruning.SparseGptPruning;
import dev.espalier.pruning.WandaPruning;
import dev.espalier.statistics.FirstBlockOnce;
import dev.espalier.statistics.StatisticsSource;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {
  private static final long GIB = 1L << 30;

  @Test
  void sparseGptKeepsHessiansAndFactorsTheLargest() {
    MemoryBeside beside =
        MemoryPlan.pruning(SEVEN_B, new SparseGptPruning(), StatisticsSource.GATHERED);
    long hessians = 3L * 4096 * 4096 + 11008L * 11008;
    assertEquals(4 * hessians, beside.throughout());
    assertEquals(
        2 * 4 * hessians,
        MemoryPlan.pruning(SEVEN_B, new SparseGptPruning(), new FirstBlockOnce()).throughout(),
        "the first block's stay");
    long factorAndSweep = 2L * 8 * 11008 * 11008 + 3L * 4 * 4096 * 11008;
    assertTrue(beside.between() > factorAndSweep, () -> "only " + beside.between());
    assertTrue(
        beside.throughout() + beside.between() < 5 * GIB,
        () -> beside + " would keep states off a small card");
  }

  @Test
  void otherMethodsTakeWhatTheyLookAt() {
    MemoryBeside wanda = MemoryPlan.pruning(SEVEN_B, new WandaPruning(), StatisticsSource.GATHERED);
    assertEquals(8 * (3L * 4096 + 11008), wanda.throughout());
    MemoryBeside magnitude =
        MemoryPlan.pruning(SEVEN_B, new MagnitudePruning(), StatisticsSource.GATHERED);
    assertEquals(0, magnitude.throughout());
    assertEquals(wanda.between(), magnitude.between());
  }
}
