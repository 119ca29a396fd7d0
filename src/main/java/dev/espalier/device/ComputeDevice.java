package dev.espalier.device;

import dev.espalier.kernels.Natives;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.SizeTPair;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/**
 * Where tensors live and kernels run.
 *
 * @param ordinal −1 for the CPU, else the number of a CUDA device
 */
public record ComputeDevice(int ordinal) {
  /** The host's processors and memory. */
  public static final ComputeDevice CPU = new ComputeDevice(-1);

  /** As many as libtorch can number. */
  private static final int MAX_ORDINAL = Byte.MAX_VALUE;

  public ComputeDevice {
    if (ordinal < -1 || ordinal > MAX_ORDINAL) {
      throw new IllegalArgumentException("there can be no CUDA device " + ordinal);
    }
  }

  /** Whether it is a CUDA device. */
  public boolean isCuda() {
    return ordinal >= 0;
  }

  /** The device as libtorch names it, with its number. Belongs to the scope around the call. */
  public Device torch() {
    Natives.load();
    return new Device(isCuda() ? DeviceType.CUDA : DeviceType.CPU, (byte) ordinal);
  }

  /**
   * What can still be allocated on this CUDA device, in bytes. First gives back what libtorch keeps
   * for reuse.
   */
  public long freeBytes() {
    Natives.load();
    try (PointerScope scope = new PointerScope()) {
      torch.emptyCache();
      SizeTPair freeAndTotal = torch.getMemoryInfo((byte) ordinal);
      return freeAndTotal.first();
    }
  }

  /** {@code cpu} or {@code cuda:N}. */
  @Override
  public String toString() {
    return isCuda() ? "cuda:" + ordinal : "cpu";
  }
}
