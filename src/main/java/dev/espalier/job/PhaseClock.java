package dev.espalier.job;

import dev.espalier.report.PruneReport.Phase;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What each phase of a job takes: wall-clock time and memory. */
final class PhaseClock {
  private final Map<String, Phase> phases = new LinkedHashMap<>();

  <T> T time(String phase, Supplier<T> work) {
    PeakMemory.restart();
    long start = System.nanoTime();
    T result = work.get();
    double seconds = (System.nanoTime() - start) / 1e9;
    phases.merge(phase, new Phase(phase, seconds, PeakMemory.bytes()), Phase::and);
    return result;
  }

  void time(String phase, Runnable work) {
    time(
        phase,
        () -> {
          work.run();
          return null;
        });
  }

  /** In the order in which they began. */
  List<Phase> phases() {
    return List.copyOf(phases.values());
  }
}
