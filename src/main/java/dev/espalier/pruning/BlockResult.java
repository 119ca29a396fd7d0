package dev.espalier.pruning;

import java.util.List;

/** What happened to one block. */
public record BlockResult(int index, List<LinearResult> linears) {
  public BlockResult {
    linears = List.copyOf(linears);
  }

  /** How many weights its linears have. */
  public long weights() {
    return linears.stream().mapToLong(LinearResult::weights).sum();
  }

  /** How many of them are zero. */
  public long zeros() {
    return linears.stream().mapToLong(LinearResult::zeros).sum();
  }

  /** The sparsity asked for, of all its linears together. */
  public double target() {
    return linears.stream().mapToDouble(l -> l.target() * l.weights()).sum() / weights();
  }

  /** The share of them that is zero. */
  public double sparsity() {
    return (double) zeros() / weights();
  }
}
