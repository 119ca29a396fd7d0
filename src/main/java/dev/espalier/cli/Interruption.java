package dev.espalier.cli;

import java.io.PrintStream;

/**
 * Ctrl-C. What is finished is already on disk, so the process may stop at once; it must not run
 * libtorch's exit handlers while another thread is still computing.
 */
final class Interruption {
  private static volatile boolean watching;

  private Interruption() {}

  static void watch(PrintStream err) {
    watching = true;
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  if (watching) {
                    err.println();
                    err.println("Interrupted. The same command goes on where this one stopped.");
                    Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
                  }
                }));
  }

  static void unwatch() {
    watching = false;
  }
}
