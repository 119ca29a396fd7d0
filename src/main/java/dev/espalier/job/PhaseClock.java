package dev.espalier.job;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Wall-clock seconds per phase of a job, in order. */
final class PhaseClock {
  private final Map<String, Double> seconds = new LinkedHashMap<>();

  <T> T time(String phase, Supplier<T> work) {
    long start = System.nanoTime();
    T result = work.get();
    seconds.merge(phase, (System.nanoTime() - start) / 1e9, Double::sum);
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

  Map<String, Double> seconds() {
    return new LinkedHashMap<>(seconds);
  }
}
