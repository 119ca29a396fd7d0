package dev.espalier.conformance;

import java.util.List;
import java.util.Map;

/**
 * The loop of pruning, in the reference: what a dense block's linears read is what they were to be
 * pruned by, and what the pruned block gives is what the next one reads.
 */
record PruningComparison(ReferenceModel dense, ReferenceModel pruned, int[][] tokens) {

  void run(PruningCase pruning) {
    double[][][] hidden = dense.embed(tokens);
    for (int block = 0; block < dense.blocks(); block++) {
      for (Map.Entry<String, List<double[]>> linear :
          dense.run(block, hidden).inputs().entrySet()) {
        compare(linear.getKey(), linear.getValue(), pruning);
      }
      hidden = pruned.run(block, hidden).outputs();
    }
  }

  private void compare(String name, List<double[]> inputs, PruningCase pruning) {
    try {
      pruning
          .check(inputs.size(), tokens.length * tokens[0].length)
          .check(dense.weights().matrix(name), pruned.weights().matrix(name), inputs);
    } catch (AssertionError e) {
      throw new AssertionError(name + ": " + e.getMessage(), e);
    }
  }
}
