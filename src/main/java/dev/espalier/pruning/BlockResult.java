package dev.espalier.pruning;

import java.util.List;

/** What happened to one block. */
public record BlockResult(int index, double target, List<LinearResult> linears) {
  public BlockResult {
    linears = List.copyOf(linears);
  }

  public long weights() {
    return linears.stream().mapToLong(LinearResult::weights).sum();
  }

  public long zeros() {
    return linears.stream().mapToLong(LinearResult::zeros).sum();
  }

  public double sparsity() {
    return (double) zeros() / weights();
  }
}
