package dev.espalier.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.Pointer;

/** The process's resident memory as Linux counts it. */
public final class ResidentMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path CLEAR = Path.of("/proc/self/clear_refs");

  private ResidentMemory() {}

  public static long now() {
    return read("VmRSS:");
  }

  /** The largest since {@link #resetPeak}. */
  public static long peak() {
    return read("VmHWM:");
  }

  /** The peak is counted from now on. False where the system does not let us. */
  public static boolean resetPeak() {
    try {
      Files.writeString(CLEAR, "5");
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static long read(String key) {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(key)) {
          return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
        }
      }
      throw new IllegalStateException("no " + key + " in " + STATUS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Fails if repeating an action leaves native objects behind, or more resident memory than the
   * bound. What the JVM's own heap has grown by is not counted; its compiled code is, a few MiB.
   */
  public static void assertSteady(int warmUp, int calls, long bound, Runnable action) {
    for (int i = 0; i < warmUp; i++) {
      action.run();
    }
    collectGarbage();
    long objects = Pointer.totalCount();
    long resident = now() - heap();
    for (int i = 0; i < calls; i++) {
      action.run();
    }
    assertTrue(Pointer.totalCount() <= objects, "native objects are left behind");
    long growth = now() - heap() - resident;
    assertTrue(growth <= bound, () -> (growth >> 10) + " KiB are left behind");
  }

  /** Until nobody's forgotten native objects are left that the collector would free later. */
  private static void collectGarbage() {
    long before;
    do {
      before = Pointer.totalCount();
      System.gc();
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    } while (Pointer.totalCount() < before);
  }

  private static long heap() {
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted();
  }
}
