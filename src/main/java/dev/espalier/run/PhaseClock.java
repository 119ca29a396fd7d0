package dev.espalier.run;

import dev.espalier.device.PeakMemory;
import dev.espalier.report.PruneReport.Phase;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What each phase of a job takes: wall-clock time and memory. */
public final class PhaseClock {
  private final Map<String, Phase> phases = new LinkedHashMap<>();
  private Optional<Supplier<Phase>> running = Optional.empty();

  /** Goes on after what an interrupted job has taken. */
  public void resume(List<Phase> taken) {
    taken.forEach(phase -> add(phases, phase));
  }

  /** Does the work of a phase, and adds what it takes to what the phase has taken before. */
  public <T> T time(String phase, Supplier<T> work) {
    PeakMemory.restart();
    long start = System.nanoTime();
    Supplier<Phase> taken =
        () -> new Phase(phase, (System.nanoTime() - start) / 1e9, PeakMemory.bytes());
    running = Optional.of(taken);
    try {
      return work.get();
    } finally {
      running = Optional.empty();
      add(phases, taken.get());
    }
  }

  /** As above, without a result. */
  public void time(String phase, Runnable work) {
    time(
        phase,
        () -> {
          work.run();
          return null;
        });
  }

  /** In the order in which they began, the one at work as far as it has come. */
  public List<Phase> phases() {
    Map<String, Phase> all = new LinkedHashMap<>(phases);
    running.ifPresent(phase -> add(all, phase.get()));
    return List.copyOf(all.values());
  }

  private static void add(Map<String, Phase> phases, Phase phase) {
    phases.merge(phase.name(), phase, Phase::and);
  }
}
