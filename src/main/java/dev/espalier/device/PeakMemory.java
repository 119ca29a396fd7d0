package dev.espalier.device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The process's largest resident memory, as Linux counts it. */
public final class PeakMemory {
  private static final Path CLEAR = Path.of("/proc/self/clear_refs");

  /** What the kernel takes as the wish to count anew (proc(5)). */
  private static final String RESET_PEAK = "5";

  private PeakMemory() {}

  /** Counts from now on; where the system forbids that, the peak stays that of the process. */
  public static void restart() {
    try {
      Files.writeString(CLEAR, RESET_PEAK);
    } catch (IOException e) {
      // The report then tells the peak so far, which is an upper bound.
    }
  }

  /** In bytes, mapped files included, since the last restart; 0 where the system does not tell. */
  public static long bytes() {
    return ProcFile.STATUS.bytes("VmHWM");
  }
}
