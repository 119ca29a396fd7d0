package dev.espalier.forward;

import dev.espalier.device.HostMemory;
import dev.espalier.device.Placement;
import dev.espalier.files.FileFaults;
import dev.espalier.files.FreeSpace;
import java.io.IOException;

/**
 * Bytes by place.
 *
 * @param device of a CUDA device; 0 on the CPU
 * @param host of the host's memory, mapped files not counted, for they give way
 * @param spill of the disk of the placement's work folder
 */
public record Space(long device, long host, long spill) {
  /** Nothing anywhere. */
  public static final Space NONE = new Space(0, 0, 0);

  /** What can still be had; what the system does not tell is without limit. */
  public static Space free(Placement placement) {
    long host = HostMemory.isKnown() ? HostMemory.available() : Long.MAX_VALUE / 2;
    try {
      return new Space(
          placement.device().isCuda() ? placement.device().freeBytes() : 0,
          host,
          FreeSpace.ACTUAL.usableBytes(placement.workDir()));
    } catch (IOException e) {
      throw FileFaults.reading(placement.workDir(), e);
    }
  }

  /** Both at once. */
  public Space plus(Space other) {
    return new Space(device + other.device, host + other.host, spill + other.spill);
  }

  /** What is left when that is taken. */
  public Space minus(Space other) {
    return new Space(device - other.device, host - other.host, spill - other.spill);
  }

  /** First the one and then the other. */
  public Space max(Space other) {
    return new Space(
        Math.max(device, other.device), Math.max(host, other.host), Math.max(spill, other.spill));
  }

  /** Whether there is nowhere less than nothing. */
  public boolean isEnough() {
    return device >= 0 && host >= 0 && spill >= 0;
  }
}
