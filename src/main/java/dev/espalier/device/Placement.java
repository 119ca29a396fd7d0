package dev.espalier.device;

import dev.espalier.BadInputException;
import java.nio.file.Path;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Where and in which precision a model computes.
 *
 * @param dtype {@code Float}, {@code BFloat16} or {@code Half}
 * @param workDir a folder for what memory cannot hold
 */
public record Placement(ScalarType dtype, ComputeDevice device, Path workDir) {
  /** The system's own folder for temporary files. */
  public static final Path USUAL_WORK_DIR = Path.of(System.getProperty("java.io.tmpdir"));

  public Placement {
    dtype = dtype.intern();
    switch (dtype) {
      case Float, BFloat16, Half -> {}
      default ->
          throw new BadInputException(
              "A model cannot compute in %s; choose float32, bfloat16 or float16."
                  .formatted(dtype));
    }
  }

  /** With the system's own folder for temporary files. */
  public Placement(ScalarType dtype, ComputeDevice device) {
    this(dtype, device, USUAL_WORK_DIR);
  }

  /** float32, bfloat16 or float16. */
  public String dtypeName() {
    return switch (dtype) {
      case Float -> "float32";
      case BFloat16 -> "bfloat16";
      default -> "float16";
    };
  }

  /** Float32 on the CPU. */
  public static Placement cpu() {
    return new Placement(ScalarType.Float, ComputeDevice.CPU);
  }

  /** The tensor here, in this dtype; shares memory with the original where nothing changes. */
  public Tensor view(Tensor original) {
    return to(original, false);
  }

  /** A contiguous copy of the tensor here, in this dtype. */
  public Tensor copy(Tensor original) {
    return to(original, true);
  }

  private Tensor to(Tensor original, boolean copy) {
    return NativeMemory.compute(
        () -> {
          // First to the device, which converts faster than the CPU.
          boolean moves = original.is_cuda() != device.isCuda();
          Tensor here = original.to(device.torch(), original.scalar_type());
          return here.to(
              dtype, false, copy && !moves, new MemoryFormatOptional(MemoryFormat.Contiguous));
        });
  }
}
