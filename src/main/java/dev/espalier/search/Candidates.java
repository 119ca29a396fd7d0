package dev.espalier.search;

import dev.espalier.CoarseToFine;
import dev.espalier.allocation.AllocationCatalogue;
import dev.espalier.allocation.AtpAllocation;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.measurement.Measurement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/** Which allocations are tried. Uniform is always among them. */
public sealed interface Candidates {
  /** Those of its allocations that are known beforehand, to be refused before anything is tried. */
  default List<SparsityAllocation> known() {
    return List.of();
  }

  /** What all of its allocations need to know of the dense model. */
  Set<Measurement> needs();

  /**
   * Tries the allocations.
   *
   * @param trial gives an allocation's perplexity
   */
  void tryAll(double sparsity, int blocks, ToDoubleFunction<SparsityAllocation> trial);

  /** How many different allocations that is, with uniform. */
  int count(double sparsity, int blocks);

  /**
   * The first so many of the allocations worth trying on any model.
   *
   * @param limit at least 1; uniform is the first
   */
  record Usual(int limit) implements Candidates {
    /** All of them. */
    public Usual() {
      this(Integer.MAX_VALUE);
    }

    private List<SparsityAllocation> candidates(double sparsity, int blocks) {
      List<SparsityAllocation> all = AllocationCatalogue.usual(sparsity, blocks);
      return all.subList(0, Math.min(limit, all.size()));
    }

    @Override
    public Set<Measurement> needs() {
      return needsOf(candidates(0.5, 2));
    }

    @Override
    public void tryAll(double sparsity, int blocks, ToDoubleFunction<SparsityAllocation> trial) {
      candidates(sparsity, blocks).forEach(trial::applyAsDouble);
    }

    @Override
    public int count(double sparsity, int blocks) {
      return candidates(sparsity, blocks).size();
    }
  }

  /**
   * Allocations in the order to try them in.
   *
   * @param allocations each once, and without what is uniform, which is tried anyway
   */
  record Listed(List<SparsityAllocation> allocations) implements Candidates {
    public Listed {
      allocations =
          allocations.stream().filter(allocation -> !allocation.isUniform()).distinct().toList();
    }

    /**
     * A range of one parameter, tried from coarse to fine: a good value is soon known then, and
     * what is worse stops at half.
     *
     * @param range by that parameter
     */
    public static Listed coarseToFine(List<SparsityAllocation> range) {
      return new Listed(CoarseToFine.order(range.size()).mapToObj(range::get).toList());
    }

    @Override
    public List<SparsityAllocation> known() {
      return allocations;
    }

    @Override
    public Set<Measurement> needs() {
      return needsOf(allocations);
    }

    @Override
    public void tryAll(double sparsity, int blocks, ToDoubleFunction<SparsityAllocation> trial) {
      allocations.forEach(trial::applyAsDouble);
    }

    @Override
    public int count(double sparsity, int blocks) {
      return 1 + allocations.size();
    }
  }

  /** The published search: ATP with β = 0 (uniform), step, 2·step, … up to the bound. */
  record BetaGrid(double step) implements Candidates {
    @Override
    public Set<Measurement> needs() {
      return Set.of();
    }

    @Override
    public void tryAll(double sparsity, int blocks, ToDoubleFunction<SparsityAllocation> trial) {
      grid(sparsity, blocks).tryAll(sparsity, blocks, trial);
    }

    @Override
    public int count(double sparsity, int blocks) {
      return grid(sparsity, blocks).count(sparsity, blocks);
    }

    private Listed grid(double sparsity, int blocks) {
      double bound = AtpAllocation.bound(sparsity, blocks);
      List<SparsityAllocation> grid = new ArrayList<>();
      if (Double.isInfinite(bound)) {
        return new Listed(grid); // a single block is always uniform
      }
      for (int i = 1; i * step <= bound; i++) {
        grid.add(new AtpAllocation(Math.rint(i * step * 1e9) / 1e9));
      }
      return Listed.coarseToFine(grid);
    }
  }

  /**
   * One parameter of a family of allocations by golden sections.
   *
   * @param family the allocation with that parameter
   * @param evaluations at least 2
   */
  record Golden(DoubleFunction<SparsityAllocation> family, double low, double high, int evaluations)
      implements Candidates {
    @Override
    public List<SparsityAllocation> known() {
      return List.of(family.apply(low), family.apply(high));
    }

    @Override
    public Set<Measurement> needs() {
      return family.apply(low).needs();
    }

    @Override
    public void tryAll(double sparsity, int blocks, ToDoubleFunction<SparsityAllocation> trial) {
      GoldenSection.search(
          parameter -> trial.applyAsDouble(family.apply(Math.rint(parameter * 1e6) / 1e6)),
          low,
          high,
          evaluations);
    }

    @Override
    public int count(double sparsity, int blocks) {
      return 1 + evaluations;
    }

    /** The same of every equal search, which a function has not. */
    @Override
    public String toString() {
      return "Golden[from=%s, to=%s, evaluations=%d]"
          .formatted(family.apply(low), family.apply(high), evaluations);
    }
  }

  private static Set<Measurement> needsOf(List<SparsityAllocation> allocations) {
    return Set.copyOf(
        allocations.stream().flatMap(allocation -> allocation.needs().stream()).toList());
  }
}
