package dev.espalier.report;

import java.util.List;

/**
 * What a model folder holds.
 *
 * @param linears the matrices inside of blocks, which are what pruning prunes
 * @param otherBytes the size of all other tensors
 */
public record ModelInspection(String model, List<LinearInspection> linears, long otherBytes) {
  /**
   * One matrix.
   *
   * @param patterns the N:M patterns it satisfies: of every M consecutive weights of a row at most
   *     N are not zero
   */
  public record LinearInspection(
      String name,
      String dtype,
      long rows,
      long cols,
      long bytes,
      long zeros,
      List<String> patterns) {
    /** The share of its weights that is zero. */
    public double sparsity() {
      return (double) zeros / (rows * cols);
    }
  }

  public ModelInspection {
    linears = List.copyOf(linears);
  }

  /** How many weights all of its linears have. */
  public long weights() {
    return linears.stream().mapToLong(l -> l.rows() * l.cols()).sum();
  }

  /** The size of all tensors. */
  public long bytes() {
    return linears.stream().mapToLong(LinearInspection::bytes).sum() + otherBytes;
  }

  /** The share of its linears' weights that is zero. */
  public double sparsity() {
    return (double) linears.stream().mapToLong(LinearInspection::zeros).sum() / weights();
  }
}
