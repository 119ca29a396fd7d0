package dev.espalier.device;

import dev.espalier.kernels.Natives;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;

/** The choices that libtorch would else take from the environment and the GPU at hand. */
public final class CudaNumerics {
  private CudaNumerics() {}

  /**
   * What libtorch may compute with on CUDA in this process, as it says: {@code tf32} (float32
   * products with 10 bits of mantissa), {@code flash_attention} (its own kernels for the 16-bit
   * dtypes), {@code cudnn_attention} (cuDNN's).
   */
  public static SortedMap<String, Boolean> choices() {
    Natives.load();
    try (PointerScope scope = new PointerScope()) {
      Context context = torch.globalContext();
      return new TreeMap<>(
          Map.of(
              "tf32",
              context.allowTF32CuBLAS() || context.allowTF32CuDNN(),
              "flash_attention",
              context.userEnabledFlashSDP(),
              "cudnn_attention",
              context.userEnabledCuDNNSDP()));
    }
  }

  /**
   * From now on, in the whole process: float32 products are computed in float32, whatever
   * TORCH_ALLOW_TF32_CUBLAS_OVERRIDE says, for 10 bits of mantissa are not what was asked for; and
   * attention is libtorch's own (flash, or memory-efficient in float32) and not cuDNN's, which
   * compiles a plan for every shape and whose bits differ from host to host.
   */
  public static void fix() {
    Natives.load();
    try (PointerScope scope = new PointerScope()) {
      Context context = torch.globalContext();
      context.setFloat32MatmulPrecision("highest");
      context.setAllowTF32CuDNN(false);
      context.setSDPUseCuDNN(false);
    }
  }
}
