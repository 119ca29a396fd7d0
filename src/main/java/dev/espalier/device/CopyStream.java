package dev.espalier.device;

import java.util.function.Supplier;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceGuardImplInterface;
import org.bytedeco.pytorch.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/**
 * A CUDA stream beside the one that computes, for copies to the device that another thread makes.
 * Computing is always on the device's default stream.
 */
public final class CopyStream implements AutoCloseable {
  private final Stream side;
  private final Stream computing;

  /**
   * @param device a CUDA device
   */
  public CopyStream(ComputeDevice device) {
    try (Device here = device.torch()) {
      DeviceGuardImplInterface streams = streams();
      this.side = streams.getStreamFromGlobalPool(here);
      this.computing = streams.getDefaultStream(here);
    }
    // We may have been called inside a caller's PointerScope.
    side.retainReference();
    computing.retainReference();
  }

  /**
   * Runs copies in the calling thread; what they return can be computed with at once. Waits first
   * for all that is queued on the default stream: memory given up before this call can then be used
   * again, and no more is taken up than the copies need.
   */
  public <T> T run(Supplier<T> copies) {
    DeviceGuardImplInterface streams = streams();
    streams.synchronizeStream(computing);
    try (Stream before = streams.exchangeStream(side)) {
      try {
        T result = copies.get();
        streams.synchronizeStream(side);
        return result;
      } finally {
        streams.exchangeStream(before).close();
      }
    }
  }

  /**
   * To be said of every tensor that may have been made in {@link #run}: if it is freed while
   * kernels on the default stream are still to read it, its memory stays untouched until they have.
   */
  public static void handOver(Tensor tensor) {
    if (tensor.is_cuda()) {
      try (Device here = tensor.device();
          Stream computing = streams().getDefaultStream(here)) {
        tensor.record_stream(computing);
      }
    }
  }

  /** libtorch's own, the same for everyone. */
  private static DeviceGuardImplInterface streams() {
    return torch.getDeviceGuardImpl(DeviceType.CUDA);
  }

  @Override
  public void close() {
    side.close();
    computing.close();
  }
}
