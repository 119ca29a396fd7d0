package dev.espalier.bench;

import dev.espalier.Progress;
import dev.espalier.allocation.DlpAllocation;
import dev.espalier.allocation.OwlAllocation;
import dev.espalier.allocation.UniformAllocation;
import dev.espalier.device.HostMemory;
import dev.espalier.job.PruneJob;
import dev.espalier.job.PrunePlan;
import dev.espalier.job.PruneRequest;
import dev.espalier.pruning.MethodCatalogue;
import dev.espalier.report.RunPlan;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Plans a run, runs it, and compares the memory of every phase: the planned bytes beside the most
 * that the process held at once, looked at every few milliseconds. Mapped files are in neither, for
 * they give way.
 */
public final class PlanCheck {
  private static final double MIB = 1 << 20;
  private static final long EVERY_MS = 3;

  private PlanCheck() {}

  /** What a run's tasks are called and what phases of the plan they belong to. */
  private static String phase(String task) {
    if (task.startsWith("Measuring")) {
      return "allocate";
    }
    if (task.startsWith("Evaluating")) {
      return "evaluate";
    }
    return task.startsWith("Trial") ? "search" : task.equals("Pruning") ? "prune" : "compare";
  }

  /** Remembers the most that was held in each phase. */
  private static final class Watch extends Thread implements Progress {
    private final Map<String, Long> most = new LinkedHashMap<>();
    private volatile String phase = "";

    Watch() {
      setDaemon(true);
    }

    @Override
    public void begin(String task, long steps) {
      phase = phase(task);
    }

    @Override
    public void end() {
      phase = "";
    }

    @Override
    public void run() {
      try {
        while (true) {
          long taken = HostMemory.taken();
          String now = phase;
          synchronized (most) {
            most.merge(now, taken, Math::max);
          }
          Thread.sleep(EVERY_MS);
        }
      } catch (InterruptedException e) {
        // It is done.
      }
    }

    long most(String name) {
      synchronized (most) {
        return most.getOrDefault(name, 0L);
      }
    }
  }

  /** MODEL TEXT TEST|none METHOD ALLOCATION SAMPLES SEQ_LEN OUTPUT. */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    PruneRequest.Builder builder =
        PruneRequest.builder(Path.of(args[0]))
            .calibration(Path.of(args[1]))
            .method(
                MethodCatalogue.all().stream()
                    .filter(kind -> kind.name().equals(args[3]))
                    .findFirst()
                    .orElseThrow()
                    .make())
            .samples(Integer.parseInt(args[5]))
            .seqLen(Integer.parseInt(args[6]))
            .sparsity(0.5)
            .device("cpu")
            .output(Path.of(args[7]));
    if (!args[2].equals("none")) {
      builder.evaluate(Path.of(args[2]));
    }
    switch (args[4]) {
      case "uniform" -> builder.allocation(new UniformAllocation());
      case "dlp" -> builder.allocation(new DlpAllocation());
      case "owl" -> builder.allocation(new OwlAllocation());
      default -> {} // auto
    }
    PruneRequest request = builder.build();
    RunPlan plan = PrunePlan.of(request, Progress.NONE);
    Watch watch = new Watch();
    watch.start();
    PruneJob.run(request, watch);
    watch.interrupt();
    System.out.printf("%-10s %14s %14s %8s%n", "phase", "planned MiB", "measured MiB", "ratio");
    for (RunPlan.Phase phase : plan.phases()) {
      double planned = (plan.taken() + phase.footprint().space().host()) / MIB;
      double measured = watch.most(phase.name()) / MIB;
      System.out.printf(
          "%-10s %14.0f %14.0f %8.2f%n", phase.name(), planned, measured, measured / planned);
    }
  }
}
