package dev.espalier.allocation;

import dev.espalier.kernels.ScoreSummary;
import java.util.List;
import java.util.Map;

/** A rule that decides how much each block keeps. */
public interface SparsityAllocation {
  /** The name used on the command line and in reports. */
  String name();

  /** Its parameters by name, for reports. */
  Map<String, Object> parameters();

  /** Whether {@link #densities} looks at the blocks' scores, which takes a dense forward pass. */
  boolean needsScores();

  /** OWL's M, the multiple of its block's mean beyond which a score counts as an outlier. */
  default double outlierMultiple() {
    return 1;
  }

  /**
   * The fraction of weights each block keeps, as the paper's formula gives it: the mean over blocks
   * is 1 − {@code sparsity}, single values may leave [0, 1]; {@link SparsityBudget} settles that.
   *
   * @param sparsity the model's target in [0, 1)
   * @param blocks number of blocks
   * @param scores one summary of |W|·s per block, in order; empty if {@link #needsScores} is false
   */
  double[] densities(double sparsity, int blocks, List<ScoreSummary> scores);
}
