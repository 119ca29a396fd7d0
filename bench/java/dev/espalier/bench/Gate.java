package dev.espalier.bench;

import java.util.List;
import java.util.stream.Collectors;

/** The verdict on a result, and what it rests on. */
record Gate(boolean passed, String text) {
  /** A measured error that must not exceed a bound; NaN does. */
  static Gate atMost(String what, double error, double bound) {
    boolean passed = error <= bound;
    return new Gate(passed, "%s %.1e %s %.1e".formatted(what, error, passed ? "≤" : ">", bound));
  }

  /** A number of differences that must be zero. */
  static Gate none(String what, long differences) {
    return differences == 0
        ? new Gate(true, "no " + what)
        : new Gate(false, differences + " " + what);
  }

  static Gate all(Gate... gates) {
    return all(List.of(gates));
  }

  static Gate all(List<Gate> gates) {
    return new Gate(
        gates.stream().allMatch(Gate::passed),
        gates.stream().map(Gate::text).collect(Collectors.joining("; ")));
  }
}
