package dev.espalier.allocation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.kernels.Rounding;
import dev.espalier.measurement.Granularity;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.testing.Linears;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NofMRoundingTest {
  private static MeasuredModel model(long... sizes) {
    List<List<LinearDescription>> blocks = new ArrayList<>();
    for (long size : sizes) {
      blocks.add(List.of(Linears.of("l", 1, size)));
    }
    return new MeasuredModel(blocks, Map.of());
  }

  private static List<Integer> removed(SparsityPlan plan, int group) {
    return IntStream.range(0, plan.blocks().size())
        .mapToObj(b -> (int) Math.round(plan.sparsity(b, 0) * group))
        .toList();
  }

  @Test
  void theLargestRemaindersAreRoundedUp() {
    // 4.4, 5.8, 5.8 of 8: 4 + 5 + 5 leaves 2 of 16.
    SparsityPlan plan =
        NofMRounding.round(SparsityPlan.ofBlocks(0.55, 0.725, 0.725), 8, 2 / 3.0, model(1, 1, 1));
    assertEquals(List.of(4, 6, 6), removed(plan, 8));
  }

  @Test
  void equalRemaindersFavourNeitherEarlyNorLateBlocks() {
    double[] uniform = new double[10];
    Arrays.fill(uniform, 0.7); // 5.6 of 8: six of ten are rounded up
    long[] sizes = new long[10];
    Arrays.fill(sizes, 100);
    List<Integer> removed =
        removed(NofMRounding.round(SparsityPlan.ofBlocks(uniform), 8, 0.7, model(sizes)), 8);
    assertEquals(List.of(5, 6, 6, 5, 6, 6, 5, 6, 6, 5), removed);
  }

  @Test
  void aSparsityThatIsAMultipleStaysAsItIs() {
    SparsityPlan plan =
        NofMRounding.round(SparsityPlan.ofBlocks(0.5, 0.5, 0.5), 8, 0.5, model(3, 5, 7));
    assertEquals(List.of(4, 4, 4), removed(plan, 8));
  }

  @Test
  void atLeastOneWeightOfAGroupStays() {
    SparsityPlan plan = NofMRounding.round(SparsityPlan.ofBlocks(0.99, 0.41), 4, 0.7, model(1, 1));
    assertEquals(3, removed(plan, 4).get(0));
  }

  @Test
  void moreThanAllButOneOfAGroupIsRefused() {
    assertThrows(
        BadInputException.class,
        () ->
            NofMRounding.plan(
                new UniformAllocation(), new SparsityBudget(Rounding.EXACT), 4, 0.8, model(1, 1)));
  }

  @Test
  void theTotalIsWithinOneStepOfOneBlock() {
    Random random = new Random(7);
    for (int trial = 0; trial < 3000; trial++) {
      int blocks = 1 + random.nextInt(40);
      int group = new int[] {4, 8, 16, 32, 64}[random.nextInt(5)];
      double sparsity = 0.1 + 0.6 * random.nextDouble();
      long[] sizes = random.longs(blocks, 1, 1000).toArray();
      double[] densities =
          random.doubles(blocks).map(d -> 1 - sparsity + 0.3 * (d - 0.5)).toArray();
      SparsityBudget.Settled settled =
          new SparsityBudget(Rounding.EXACT).settle(densities, sizes, sparsity);
      MeasuredModel model = model(sizes);
      SparsityPlan exact = SparsityPlan.of(Granularity.BLOCK, settled, model);
      SparsityPlan plan = NofMRounding.round(exact, group, sparsity, model);
      double missing = 0;
      double largestStep = 0;
      for (int b = 0; b < blocks; b++) {
        double p = plan.sparsity(b, 0);
        assertEquals(Math.rint(p * group), p * group, 1e-12);
        assertTrue(p >= 0 && p < 1);
        assertTrue(Math.abs(p - exact.sparsity(b, 0)) < 1.0 / group + 1e-9, "rounded, not moved");
        missing += (sparsity - p) * sizes[b];
        largestStep = Math.max(largestStep, (double) sizes[b] / group);
      }
      assertTrue(Math.abs(missing) <= largestStep, missing + " of a step of " + largestStep);
    }
  }

  @Test
  void multiplesAreKeptOnlyWhereTheyMeetTheTarget() {
    MeasuredModel model = model(1, 1, 1);
    FileAllocation file =
        new FileAllocation(Path.of("file"), List.of(3 / 8.0, 2 / 8.0, 1 / 8.0), Map.of());
    assertEquals(List.of(5, 6, 7), removed(planned(file, 0.76, model), 8));
    assertEquals(14, removed(planned(file, 0.6, model), 8).stream().mapToInt(i -> i).sum());
  }

  private static SparsityPlan planned(
      SparsityAllocation allocation, double sparsity, MeasuredModel model) {
    return NofMRounding.plan(allocation, new SparsityBudget(Rounding.EXACT), 8, sparsity, model);
  }

  @Test
  void linearsAreRoundedOneByOne() {
    MeasuredModel model =
        new MeasuredModel(
            List.of(List.of(Linears.of("a", 1, 10), Linears.of("b", 1, 10))), Map.of());
    SparsityPlan plan =
        new SparsityPlan(List.of(new BlockSparsity(List.of(0.30, 0.45))), List.of());
    SparsityPlan rounded = NofMRounding.round(plan, 4, 0.375, model);
    assertEquals(0.25, rounded.sparsity(0, 0));
    assertEquals(0.5, rounded.sparsity(0, 1));
  }
}
