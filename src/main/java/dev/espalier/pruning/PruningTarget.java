package dev.espalier.pruning;

import dev.espalier.kernels.Rounding;

/**
 * What one linear is to lose.
 *
 * @param sparsity fraction of weights in [0, 1); of an N:M pattern it follows from the pattern
 * @param rounding how the sparsity becomes a number of weights
 */
public record PruningTarget(SparsityPattern pattern, double sparsity, Rounding rounding) {
  /** Of a mixed pattern, the N:M that is this sparsity; nothing is lost where that keeps all. */
  static PruningTarget of(SparsityPattern pattern, double sparsity, Rounding rounding) {
    return new PruningTarget(
        pattern instanceof SparsityPattern.Mixed mixed ? mixed.at(sparsity) : pattern,
        sparsity,
        rounding);
  }
}
