package dev.espalier.device;

import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** What a device has computed, for the host to read. */
public final class HostCopy {
  private HostCopy() {}

  /**
   * The tensor in host memory: itself if it is there. What comes from a GPU is pinned there, so
   * that it comes at the full speed of the bus; the memory is used again for later copies.
   *
   * @return of the same shape and dtype; belongs to the scope around this call
   */
  public static Tensor of(Tensor tensor) {
    return NativeMemory.compute(
        () -> {
          if (!tensor.is_cuda()) {
            return tensor.alias();
          }
          TensorOptions pinned =
              tensor
                  .options()
                  .device(new DeviceOptional(ComputeDevice.CPU.torch()))
                  .pinned_memory(new BoolOptional(true));
          return torch.empty(tensor.sizes().vec().get(), pinned, null).copy_(tensor).alias();
        });
  }
}
