package dev.espalier.cli;

import dev.espalier.job.JobListener;
import java.io.PrintStream;

/**
 * What goes where: results on standard output; progress and notes on standard error, and with
 * {@code --quiet} nowhere.
 *
 * @param json whether the result is one JSON document
 */
record Console(PrintStream out, PrintStream err, boolean json, boolean quiet) {
  /** Progress as a bar on a terminal, as a line now and then elsewhere. */
  JobListener listener() {
    if (quiet) {
      return new QuietListener();
    }
    return System.console() != null ? new BarListener(err) : new LineListener(err);
  }

  private static final class QuietListener implements JobListener {
    @Override
    public void begin(String task, long steps) {}

    @Override
    public void step(long steps) {}

    @Override
    public void end() {}

    @Override
    public void note(String sentence) {}
  }
}
