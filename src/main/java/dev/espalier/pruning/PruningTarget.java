package dev.espalier.pruning;

import dev.espalier.kernels.Rounding;

/**
 * What one linear is to lose.
 *
 * @param sparsity fraction of weights in [0, 1); of an N:M pattern it follows from the pattern
 * @param rounding how the sparsity becomes a number of weights
 * @param keepZeros whether weights that are zero stay so and count as the first to be pruned; they
 *     may be more than the sparsity or the pattern asks for
 */
public record PruningTarget(
    SparsityPattern pattern, double sparsity, Rounding rounding, boolean keepZeros) {
  /** Whatever is zero. */
  public PruningTarget(SparsityPattern pattern, double sparsity, Rounding rounding) {
    this(pattern, sparsity, rounding, false);
  }

  /** Of a mixed pattern, the N:M that is this sparsity; nothing is lost where that keeps all. */
  static PruningTarget of(SparsityPattern pattern, double sparsity, Rounding rounding) {
    return new PruningTarget(
        pattern instanceof SparsityPattern.Mixed mixed ? mixed.at(sparsity) : pattern,
        sparsity,
        rounding);
  }

  /** The same where weights are zero that stay so. */
  PruningTarget keepingZeros() {
    return new PruningTarget(pattern, sparsity, rounding, true);
  }

  /** Whether all stays as it is. */
  boolean isNothing() {
    return sparsity == 0;
  }

  /** How many weights of so many are to be zero. */
  long count(long weights) {
    return Math.round(weights * sparsity);
  }
}
