package dev.espalier.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Progress as plain lines, for logs: at most one every ten seconds, and one at the end. */
final class LineListener implements ConsoleListener {
  private static final long INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();

  private final PrintStream err;
  private final Colours colours;
  private final LongSupplier clock;
  private String task;
  private long total;
  private long done;
  private long start;
  private long printed;

  LineListener(PrintStream err, Colours colours) {
    this(err, colours, System::nanoTime);
  }

  /**
   * @param clock in nanoseconds
   */
  LineListener(PrintStream err, Colours colours, LongSupplier clock) {
    this.err = err;
    this.colours = colours;
    this.clock = clock;
  }

  @Override
  public void begin(String newTask, long steps) {
    task = newTask;
    total = steps;
    done = 0;
    start = clock.getAsLong();
    printed = start;
  }

  @Override
  public void step(long steps) {
    done += steps;
    long now = clock.getAsLong();
    if (now - printed >= INTERVAL_NANOS) {
      printed = now;
      double left = (double) (now - start) / done * (total - done);
      err.printf("%s: %d %%, %s left%n", task, 100 * done / total, duration((long) left));
    }
  }

  @Override
  public void end() {
    err.printf("%s: done in %s%n", task, duration(clock.getAsLong() - start));
  }

  @Override
  public void note(String sentence) {
    err.println(sentence);
  }

  @Override
  public void warn(String sentence) {
    err.println(colours.warning(sentence));
  }

  private static String duration(long nanos) {
    Duration time = Duration.ofNanos(nanos);
    return time.toHours() > 0
        ? "%d h %02d min".formatted(time.toHours(), time.toMinutesPart())
        : time.toMinutes() > 0
            ? "%d min %02d s".formatted(time.toMinutes(), time.toSecondsPart())
            : "%.1f s".formatted(nanos / 1e9);
  }
}
