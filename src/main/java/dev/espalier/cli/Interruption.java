package dev.espalier.cli;

import dev.espalier.report.ReportJson;
import java.io.PrintStream;
import java.util.List;

/**
 * Ctrl-C. What is finished is already on disk, so the process may stop at once; it must not run
 * libtorch's exit handlers while another thread is still computing.
 */
final class Interruption {
  private static volatile boolean watching;
  private static volatile String advice = "";

  private Interruption() {}

  static void watch(PrintStream err, DocumentOutput documents) {
    watching = true;
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  if (watching) {
                    err.println();
                    err.println("Interrupted." + advice);
                    documents.printInstead(
                        ReportJson.error(
                            ExitCode.INTERRUPTED,
                            "interrupted",
                            "Interrupted." + advice,
                            List.of()));
                    Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
                  }
                }));
  }

  /** From now on, the same command would go on after the last of these that is finished. */
  static void resumable(String unit) {
    advice = " The same command goes on after the last finished " + unit + ".";
  }

  static void unwatch() {
    watching = false;
  }
}
