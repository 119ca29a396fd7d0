package dev.espalier.pruning;

/**
 * What happened to one linear.
 *
 * @param name the full name of its weight
 * @param target the sparsity asked for
 * @param zeros weights that are zero now
 * @param seconds of choosing and updating, calibration not included
 */
public record LinearResult(
    String name,
    long rows,
    long cols,
    double target,
    long zeros,
    LinearError error,
    double seconds) {
  /** How many weights it has. */
  public long weights() {
    return rows * cols;
  }

  /** The share of them that is zero. */
  public double sparsity() {
    return (double) zeros / weights();
  }
}
