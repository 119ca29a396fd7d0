package dev.espalier.pruning;

/**
 * What happened to one linear.
 *
 * @param name the full name of its weight
 * @param target the sparsity asked for
 * @param before what it was like before
 * @param zeros weights that are zero now
 * @param kept those of them that were zero before
 * @param seconds of choosing and updating, calibration not included
 */
public record LinearResult(
    String name,
    long rows,
    long cols,
    double target,
    Before before,
    long zeros,
    long kept,
    LinearError error,
    double seconds) {

  /**
   * What was counted before anything was pruned.
   *
   * @param zeros weights that were zero in the checkpoint
   * @param deadInputs input features that were zero in all calibration windows; 0 where the method
   *     did not look
   * @param tokens how many it read in all calibration windows; 0 where the method did not look
   * @param tooFew whether a router led so few to it that its smallest weights went, whatever the
   *     method
   */
  public record Before(long zeros, long deadInputs, long tokens, boolean tooFew) {
    /** No zeros anywhere. */
    public static final Before DENSE = new Before(0, 0, 0, false);
  }

  /** How many weights it has. */
  public long weights() {
    return rows * cols;
  }

  /** The share of them that is zero. */
  public double sparsity() {
    return (double) zeros / weights();
  }

  /** How many weights were zero and are not any more. */
  public long filled() {
    return before.zeros() - kept;
  }

  /** How many weights were not zero and are now. */
  public long pruned() {
    return zeros - kept;
  }
}
