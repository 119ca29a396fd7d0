package dev.espalier.bench;

import dev.espalier.BadInputException;
import dev.espalier.kernels.Kernels;
import dev.espalier.kernels.Natives;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.global.torch;

/** {@code espalier bench published}: every kernel against the published op sequence. */
public final class KernelBench {
  private static final int PASSED = 0;
  private static final int FAILED = 1;
  private static final int BAD_INPUT = 2;

  private KernelBench() {}

  public static void main(String[] args) {
    System.exit(run(args, System.out, System.err));
  }

  /** Runs a command line and returns its exit code. */
  public static int run(String[] args, PrintStream out, PrintStream err) {
    try {
      BenchOptions options = BenchOptions.parse(args);
      if (options.help()) {
        out.print(BenchOptions.HELP);
        return PASSED;
      }
      return run(options, out, err);
    } catch (BadInputException e) {
      err.println(e.getMessage());
      return BAD_INPUT;
    }
  }

  private static int run(BenchOptions options, PrintStream out, PrintStream err) {
    List<Case<?, ?>> cases = options.cases();
    Natives.load();
    torch.set_num_threads(options.threads());
    Kernels.setThreads(options.threads());
    PrintStream text = options.json() ? err : out;
    text.printf(
        "Espalier %s, %s, %d threads%n",
        Kernels.version(), Kernels.cpuInstructionSet(), Kernels.threads());
    SpeedProbe.Speed before = SpeedProbe.run();
    text.printf("Self-test before: %s%n%n", before);

    Harness harness = new Harness(options.timedRuns(), before);
    ResultTable.header().forEach(text::println);
    List<Result> results = new ArrayList<>();
    for (Case<?, ?> measured : cases) {
      Result result = harness.run(measured);
      text.println(ResultTable.row(result));
      results.add(result);
    }

    SpeedProbe.Speed after = SpeedProbe.run();
    text.printf("%nSelf-test after: %s%n", after);
    if (results.stream().anyMatch(Result::disturbed)) {
      text.println("Other processes took processor time: do not rely on these ratios.");
    }
    if (options.json()) {
      out.println(ResultJson.of(results, before, after));
    }
    return results.stream().allMatch(result -> result.gate().passed()) ? PASSED : FAILED;
  }
}
