package dev.espalier.bench;

/** What was measured of a case. */
record Result(Title title, Timing reference, Timing ours, double floorMillis, Gate gate) {
  /** How many times faster we are, by medians. */
  double ratio() {
    return reference.median() / ours.median();
  }

  boolean reachesTarget() {
    return ratio() >= title.target();
  }
}
