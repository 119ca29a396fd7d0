package dev.espalier.search;

import dev.espalier.allocation.SparsityAllocation;

/** How the allocation of a run comes about. */
public sealed interface AllocationChoice {
  /** For reports and names of folders. */
  String name();

  /** The user named it. */
  record Named(SparsityAllocation allocation) implements AllocationChoice {
    @Override
    public String name() {
      return allocation.name();
    }
  }

  /**
   * The best of several on a held-out slice of the calibration corpus.
   *
   * @param trials how many may compete, at least 1
   */
  record Auto(int trials) implements AllocationChoice {
    @Override
    public String name() {
      return "auto";
    }
  }
}
