package dev.espalier.statistics;

import dev.espalier.device.NativeMemory;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Accumulators, owned by whoever asks. */
final class Zeros {
  private Zeros() {}

  /** Zeros of the given shape on the device of {@code like}. */
  static Tensor like(Tensor like, ScalarType dtype, long... shape) {
    return NativeMemory.own(
        () -> torch.zeros(shape, like.options().dtype(new ScalarTypeOptional(dtype))));
  }
}
