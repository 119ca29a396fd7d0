package dev.espalier.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/** How much of all processors other processes (or other guests of the host) took. */
final class OtherLoad {
  private static final Path STAT = Path.of("/proc/stat");

  /** user, nice, system, idle, iowait, irq, softirq and steal of {@code /proc/stat}. */
  private static final int FIELDS = 8;

  private static final int IDLE = 3;
  private static final int IOWAIT = 4;
  private static final double TICKS_PER_SECOND = 100;

  private final Moment start;

  private OtherLoad(Moment start) {
    this.start = start;
  }

  /** Starts counting. */
  static OtherLoad start() {
    return new OtherLoad(Moment.now());
  }

  /** The share of others since the start, 0 to 1; NaN where the system does not say. */
  double share() {
    return share(start, Moment.now());
  }

  /** The share of others between two moments. */
  static double share(Moment from, Moment to) {
    long[] before = from.ticks();
    long[] after = to.ticks();
    if (before.length < FIELDS || after.length < FIELDS) {
      return Double.NaN;
    }
    double total = 0;
    double busy = 0;
    for (int i = 0; i < FIELDS; i++) {
      long spent = after[i] - before[i];
      total += spent;
      busy += i == IDLE || i == IOWAIT ? 0 : spent;
    }
    double ours = to.own.minus(from.own).toMillis() / 1e3 * TICKS_PER_SECOND;
    return total == 0 ? Double.NaN : Math.max(0, (busy - ours) / total);
  }

  /**
   * What has been used until then.
   *
   * @param line of all processors, the first of {@code /proc/stat}; empty where there is none
   * @param own the processor time of this process
   */
  record Moment(String line, Duration own) {
    static Moment now() {
      return new Moment(
          firstLine(), ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO));
    }

    private static String firstLine() {
      if (!Files.isReadable(STAT)) {
        return "";
      }
      try (var lines = Files.lines(STAT)) {
        return lines.findFirst().orElse("");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private long[] ticks() {
      return Arrays.stream(line.replaceFirst("^cpu +", "").split(" "))
          .filter(field -> !field.isEmpty())
          .limit(FIELDS)
          .mapToLong(Long::parseLong)
          .toArray();
    }
  }
}
