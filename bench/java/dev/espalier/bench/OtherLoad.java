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

  private final long[] ticks = ticks();
  private final Duration own = own();

  private OtherLoad() {}

  /** Starts counting. */
  static OtherLoad start() {
    return new OtherLoad();
  }

  /** The share of others since the start, 0 to 1; NaN where the system does not say. */
  double share() {
    long[] now = ticks();
    if (now.length < FIELDS || ticks.length < FIELDS) {
      return Double.NaN;
    }
    double total = 0;
    double busy = 0;
    for (int i = 0; i < FIELDS; i++) {
      long spent = now[i] - ticks[i];
      total += spent;
      busy += i == IDLE || i == IOWAIT ? 0 : spent;
    }
    double ours = own().minus(own).toMillis() / 1e3 * TICKS_PER_SECOND;
    return total == 0 ? Double.NaN : Math.max(0, (busy - ours) / total);
  }

  private static long[] ticks() {
    if (!Files.isReadable(STAT)) {
      return new long[0];
    }
    try (var lines = Files.lines(STAT)) {
      String all = lines.findFirst().orElse("").replaceFirst("^cpu +", "");
      return Arrays.stream(all.split(" ")).limit(FIELDS).mapToLong(Long::parseLong).toArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Duration own() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }
}
