package dev.espalier.device;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** The memory that is left to this process. */
public final class HostMemory {
  /** A property that limits what this process takes itself to have, in bytes. */
  public static final String LIMIT = "dev.espalier.memory";

  private HostMemory() {}

  /** Whether the system tells how much memory there is. */
  public static boolean isKnown() {
    return ProcFile.MEMINFO.bytes("MemAvailable") > 0;
  }

  /**
   * Bytes that can be had without swapping, and without being stopped by a container's limit; 0
   * where the system does not tell.
   */
  public static long available() {
    long limit =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    return available(
        ProcFile.MEMINFO.bytes("MemAvailable"),
        Math.min(limit, Long.getLong(LIMIT, Long.MAX_VALUE)),
        taken());
  }

  /** Bytes that this process has taken; mapped files do not count, for they give way. */
  public static long taken() {
    return ProcFile.STATUS.bytes("RssAnon");
  }

  /**
   * @param available of the machine
   * @param limit of the machine or the container, whichever is less
   * @param taken by this process; mapped files do not count, for they give way
   */
  static long available(long available, long limit, long taken) {
    return Math.max(0, Math.min(available, limit - taken));
  }
}
