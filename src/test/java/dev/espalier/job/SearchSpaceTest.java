package dev.espalier.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.allocation.SparsityAllocation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SearchSpaceTest {
  private static List<Object> betas(SearchSpace space, double sparsity, int blocks) {
    List<SparsityAllocation> tried = new ArrayList<>();
    space.search(
        sparsity,
        blocks,
        allocation -> {
          tried.add(allocation);
          return 1;
        });
    assertEquals(space.trials(sparsity, blocks), tried.size());
    return tried.stream().map(allocation -> allocation.parameters().get("beta")).toList();
  }

  @Test
  void thePublishedStepsAreAllTriedFromCoarseToFine() {
    // 2 · 0.3 / 9 = 0.0667 is the bound of ten blocks at 70 %.
    List<Object> betas = betas(new SearchSpace.BetaGrid(0.002), 0.7, 10);
    assertEquals(List.of(0.034, 0.018, 0.052), betas.subList(0, 3));
    assertEquals(
        IntStream.rangeClosed(1, 33).mapToObj(i -> (Object) (i / 500.0)).toList(),
        betas.stream().sorted().toList());
  }

  @Test
  void aSingleBlockHasNoSteps() {
    assertEquals(List.of(), betas(new SearchSpace.BetaGrid(0.002), 0.7, 1));
  }
}
