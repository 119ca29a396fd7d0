package dev.espalier.model;

import dev.espalier.BadInputException;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Where and in which precision a model computes.
 *
 * @param dtype {@code Float}, {@code BFloat16} or {@code Half}
 * @param device {@code cpu}, {@code cuda} or {@code cuda:N}
 */
public record Placement(ScalarType dtype, String device) {

  public Placement {
    dtype = dtype.intern();
    switch (dtype) {
      case Float, BFloat16, Half -> {}
      default ->
          throw new BadInputException(
              "A model cannot compute in %s; choose float32, bfloat16 or float16."
                  .formatted(dtype));
    }
    if (!device.matches("cpu|cuda(:\\d{1,2})?")) {
      throw new BadInputException(
          "The device \"%s\" is not known; choose cpu, cuda or cuda:N.".formatted(device));
    }
  }

  /**
   * Reads a device and the name of a dtype: float32, bfloat16 or float16.
   *
   * @throws BadInputException if one of them is not known
   */
  public static Placement parse(String device, String dtypeName) {
    ScalarType dtype =
        switch (dtypeName) {
          case "float32" -> ScalarType.Float;
          case "bfloat16" -> ScalarType.BFloat16;
          case "float16" -> ScalarType.Half;
          default ->
              throw new BadInputException(
                  "A model cannot compute in \"%s\"; choose float32, bfloat16 or float16."
                      .formatted(dtypeName));
        };
    return new Placement(dtype, device);
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
    return new Placement(ScalarType.Float, "cpu");
  }

  /** The tensor here, in this dtype; shares memory with the original where nothing changes. */
  Tensor view(Tensor original) {
    return to(original, false);
  }

  /** A contiguous copy of the tensor here, in this dtype. */
  Tensor copy(Tensor original) {
    return to(original, true);
  }

  private Tensor to(Tensor original, boolean copy) {
    Supplier<Tensor> conversion =
        () ->
            original.to(
                new Device(device),
                dtype,
                false,
                copy,
                new MemoryFormatOptional(MemoryFormat.Contiguous));
    return NativeMemory.compute(conversion);
  }
}
