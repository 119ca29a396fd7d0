package dev.espalier.cli;

import dev.espalier.job.JobListener;
import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar with the time left, for terminals. */
final class BarListener implements JobListener {
  private static final int WIDTH = 90;

  private final PrintStream err;
  private ProgressBar bar;

  BarListener(PrintStream err) {
    this.err = err;
  }

  @Override
  public void begin(String task, long steps) {
    bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(steps)
            .setStyle(ProgressBarStyle.ASCII)
            .setMaxRenderedLength(WIDTH)
            .setUpdateIntervalMillis(200)
            .setConsumer(new ConsoleProgressBarConsumer(err, WIDTH))
            .build();
  }

  @Override
  public void step(long steps) {
    bar.stepBy(steps);
  }

  @Override
  public void end() {
    bar.close();
    bar = null;
  }

  @Override
  public void note(String sentence) {
    err.println(sentence);
  }
}
