package dev.espalier.cli;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar with the time left, for terminals. */
final class BarListener implements ConsoleListener {
  private static final int WIDEST = 100;

  private final PrintStream err;
  private final int width;
  private final Colours colours;
  private ProgressBar bar;

  BarListener(PrintStream err, int columns, Colours colours) {
    this.err = err;
    this.colours = colours;
    this.width = Math.min(WIDEST, columns);
  }

  @Override
  public void begin(String task, long steps) {
    bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(steps)
            .setStyle(ProgressBarStyle.ASCII)
            .setMaxRenderedLength(width)
            .setUpdateIntervalMillis(200)
            .setConsumer(new LineConsumer(err, width))
            .build();
  }

  @Override
  public void step(long steps) {
    bar.stepBy(steps);
  }

  @Override
  public void end() {
    bar.close();
    err.println();
    bar = null;
  }

  @Override
  public void note(String sentence) {
    print(sentence, sentence);
  }

  @Override
  public void warn(String sentence) {
    print(colours.warning(sentence), sentence);
  }

  /** Over the bar, which is drawn again on the next line. */
  private void print(String text, String sentence) {
    err.println(bar == null ? text : "\r" + text + padding(sentence));
  }

  private String padding(String sentence) {
    return " ".repeat(Math.max(0, width - sentence.length()));
  }

  @Override
  public void close() {
    if (bar != null) {
      end();
    }
  }

  /** Leaves the end of the line to us: a bar closed as soon as it began would forget it. */
  private static final class LineConsumer extends ConsoleProgressBarConsumer {
    LineConsumer(PrintStream err, int width) {
      super(err, width);
    }

    @Override
    public void close() {}
  }
}
