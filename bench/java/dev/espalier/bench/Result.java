package dev.espalier.bench;

/**
 * What was measured of a case.
 *
 * @param others the share of the processors that other processes took meanwhile; NaN if unknown
 */
record Result(
    Title title, Timing reference, Timing ours, double floorMillis, Gate gate, double others) {
  private static final double DISTURBED = 0.05;

  /** How many times faster we are, by medians. */
  double ratio() {
    return reference.median() / ours.median();
  }

  /** Whether the times cannot be relied on. */
  boolean disturbed() {
    return others > DISTURBED;
  }

  boolean reachesTarget() {
    return ratio() >= title.target();
  }
}
