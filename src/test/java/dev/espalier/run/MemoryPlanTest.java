package dev.espalier.run;

import static dev.espalier.testing.Llamas.SEVEN_B;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.forward.MemoryBeside;
import dev.espalier.pruning.MagnitudePruning;
import dev.espalier.pruning.SparseGptPruning;
import dev.espalier.pruning.WandaPruning;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {
  private static final long GIB = 1L << 30;

  @Test
  void sparseGptKeepsTwoBlocksHessiansAndFactorsTheLargest() {
    MemoryBeside beside = MemoryPlan.pruning(SEVEN_B, new SparseGptPruning());
    long hessians = 3L * 4096 * 4096 + 11008L * 11008;
    assertEquals(2 * 4 * hessians, beside.throughout());
    long factorAndSweep = 2L * 8 * 11008 * 11008 + 3L * 4 * 4096 * 11008;
    assertTrue(beside.between() > factorAndSweep, () -> "only " + beside.between());
    assertTrue(
        beside.throughout() + beside.between() < 5 * GIB,
        () -> beside + " would keep states off a small card");
  }

  @Test
  void otherMethodsTakeWhatTheyLookAt() {
    MemoryBeside wanda = MemoryPlan.pruning(SEVEN_B, new WandaPruning());
    assertEquals(2 * 8 * (3L * 4096 + 11008), wanda.throughout());
    MemoryBeside magnitude = MemoryPlan.pruning(SEVEN_B, new MagnitudePruning());
    assertEquals(0, magnitude.throughout());
    assertEquals(wanda.between(), magnitude.between());
  }
}
