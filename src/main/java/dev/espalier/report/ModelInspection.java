package dev.espalier.report;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a model folder holds.
 *
 * @param linears the matrices inside of blocks, which are what pruning prunes
 * @param otherBytes the size of all other tensors
 * @param pattern the pattern that was to be verified, as it is written, such as {@code 2:4} or
 *     {@code N:8}; absent if none was
 */
public record ModelInspection(
    String model, List<LinearInspection> linears, long otherBytes, Optional<String> pattern) {
  /**
   * One matrix.
   *
   * @param patterns those of the N:M patterns that were looked for that it satisfies: of every M
   *     consecutive weights of a row at most N are not zero
   * @param kept the least such N by the M that were looked for; without those that do not divide
   *     its columns
   * @param violation why the pattern does not hold, as the end of a sentence; absent if it does or
   *     none was to be verified
   */
  public record LinearInspection(
      String name,
      String dtype,
      long rows,
      long cols,
      long bytes,
      long zeros,
      List<String> patterns,
      Map<Integer, Integer> kept,
      Optional<String> violation) {
    public LinearInspection {
      patterns = List.copyOf(patterns);
      kept = Collections.unmodifiableMap(new TreeMap<>(kept));
    }

    /** The same without the pattern that was to be verified. */
    public LinearInspection violating(String reason) {
      return new LinearInspection(
          name, dtype, rows, cols, bytes, zeros, patterns, kept, Optional.of(reason));
    }

    /** The share of its weights that is zero. */
    public double sparsity() {
      return (double) zeros / (rows * cols);
    }

    /** The N:M that it has, each with the least N; none where all of some M are kept. */
    public List<String> tightest() {
      return kept.entrySet().stream()
          .filter(k -> k.getValue() < k.getKey())
          .map(k -> k.getValue() + ":" + k.getKey())
          .toList();
    }
  }

  public ModelInspection {
    linears = List.copyOf(linears);
  }

  /** The linears in which the pattern does not hold. */
  public List<LinearInspection> violations() {
    return linears.stream().filter(linear -> linear.violation().isPresent()).toList();
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
