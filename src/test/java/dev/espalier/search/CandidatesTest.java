package dev.espalier.search;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.allocation.AllocationCatalogue;
import dev.espalier.allocation.AtpAllocation;
import dev.espalier.allocation.ErAllocation;
import dev.espalier.allocation.OwlAllocation;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.allocation.UniformAllocation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CandidatesTest {
  private static List<Object> betas(Candidates space, double sparsity, int blocks) {
    List<SparsityAllocation> tried = new ArrayList<>();
    space.tryAll(
        sparsity,
        blocks,
        allocation -> {
          tried.add(allocation);
          return 1;
        });
    assertEquals(List.copyOf(new LinkedHashSet<>(tried)), tried);
    tried.removeIf(UniformAllocation.class::isInstance);
    assertEquals(space.count(sparsity, blocks), 1 + tried.size());
    return tried.stream().map(allocation -> allocation.parameters().get("beta")).toList();
  }

  @Test
  void thePublishedStepsAreAllTriedFromCoarseToFine() {
    // 2 · 0.3 / 9 = 0.0667 is the bound of ten blocks at 70 %.
    List<Object> betas = betas(new Candidates.BetaGrid(0.002), 0.7, 10);
    assertEquals(List.of(0.034, 0.018, 0.052), betas.subList(0, 3));
    assertEquals(
        IntStream.rangeClosed(1, 33).mapToObj(i -> (Object) (i / 500.0)).toList(),
        betas.stream().sorted().toList());
  }

  private static Candidates range(double... betas) {
    return Candidates.Listed.coarseToFine(
        Arrays.stream(betas).mapToObj(AllocationCatalogue.varying(AtpAllocation.BETA)).toList());
  }

  @Test
  void whatIsGivenTwiceIsTriedAndCountedOnce() {
    assertEquals(List.of(0.01), betas(range(0.01, 0.01, 0.01), 0.7, 10));
    assertEquals(List.of(), betas(range(0), 0.7, 10));
    List<SparsityAllocation> given =
        List.of(new OwlAllocation(0.08, 5), new UniformAllocation(), new ErAllocation(true));
    assertEquals(List.of(given.get(0), given.get(2)), new Candidates.Listed(given).allocations());
  }

  @Test
  void whatIsUniformInEffectIsTriedOnceToo() {
    List<SparsityAllocation> given = List.of(new AtpAllocation(0), new AtpAllocation(0.01));
    assertEquals(given.subList(1, 2), new Candidates.Listed(given).allocations());
  }

  @Test
  void theUsualOnesAreFewerWhereThereIsNoRoomForSteps() {
    assertEquals(6, new Candidates.Usual().count(0.7, 10));
    assertEquals(3, betas(new Candidates.Usual(), 0, 10).size());
    assertEquals(4, new Candidates.Usual().count(0, 10));
    assertEquals(4, new Candidates.Usual().count(0.7, 1));
  }

  @Test
  void aSingleBlockHasNoSteps() {
    assertEquals(List.of(), betas(new Candidates.BetaGrid(0.002), 0.7, 1));
  }
}
