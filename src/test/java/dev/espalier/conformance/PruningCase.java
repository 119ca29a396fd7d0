package dev.espalier.conformance;

import dev.espalier.conformance.ScoreCheck.Region;
import dev.espalier.pruning.MagnitudePruning;
import dev.espalier.pruning.PruningMethod;
import dev.espalier.pruning.SparseGptPruning;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.pruning.SparsityPattern.NofM;
import dev.espalier.pruning.WandaPruning;

/** A way to lose half of all weights, and how to check that. */
enum PruningCase {
  MAGNITUDE(
      new MagnitudePruning(), SparsityPattern.UNSTRUCTURED, new ScoreCheck(Region.MATRIX, false)),
  MAGNITUDE_2_OF_4(
      new MagnitudePruning(), new NofM(2, 4), new ScoreCheck(Region.GROUP_OF_FOUR, false)),
  WANDA(new WandaPruning(), SparsityPattern.UNSTRUCTURED, new ScoreCheck(Region.ROW, true)),
  WANDA_2_OF_4(new WandaPruning(), new NofM(2, 4), new ScoreCheck(Region.GROUP_OF_FOUR, true)),
  SPARSEGPT(new SparseGptPruning(), SparsityPattern.UNSTRUCTURED, new SparseGptCheck(false)),
  SPARSEGPT_2_OF_4(new SparseGptPruning(), new NofM(2, 4), new SparseGptCheck(true));

  private static final int ENOUGH = 64;

  private final PruningMethod method;
  private final SparsityPattern pattern;
  private final LinearCheck check;

  PruningCase(PruningMethod method, SparsityPattern pattern, LinearCheck check) {
    this.method = method;
    this.pattern = pattern;
    this.check = check;
  }

  PruningMethod method() {
    return method;
  }

  SparsityPattern pattern() {
    return pattern;
  }

  LinearCheck check() {
    return check;
  }

  /**
   * For a linear that read so many of all tokens: where a router has led fewer than {@value
   * #ENOUGH} to it, magnitude decides.
   */
  LinearCheck check(int read, int all) {
    if (read >= Math.min(ENOUGH, all)) {
      return check;
    }
    return pattern instanceof NofM ? MAGNITUDE_2_OF_4.check : MAGNITUDE.check;
  }
}
