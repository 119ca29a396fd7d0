package dev.espalier.pruning;

import dev.espalier.device.NativeMemory;
import dev.espalier.kernels.Kernels;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.layer.Linear;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Which weights of a loaded linear are zero in the checkpoint. */
final class ZerosBefore implements AutoCloseable {
  private final Tensor mask;
  private final long count;

  /**
   * @param mask absent where nothing is zero
   */
  private ZerosBefore(Tensor mask) {
    this.mask = mask;
    this.count = mask == null ? 0 : count(mask);
  }

  /** Of a linear as the model has just loaded it. */
  static ZerosBefore of(Linear linear, DecoderModel model) {
    if (Kernels.countZeros(linear.weight()) == 0) {
      return new ZerosBefore(null); // no zero has ever become another number
    }
    boolean same = holds(linear.weight().scalar_type().intern(), model.storedDtype(linear));
    return new ZerosBefore(
        NativeMemory.own(
            () ->
                (same ? linear.weight() : model.weights().tensor(linear.name()))
                    .eq(new Scalar(0.0))
                    .to(linear.weight().device(), ScalarType.Bool)));
  }

  /** Whether nothing becomes zero when it is loaded: a narrower dtype has larger least numbers. */
  private static boolean holds(ScalarType compute, ScalarType stored) {
    return compute == stored || compute == ScalarType.Float && stored != ScalarType.Double;
  }

  /** How many. */
  long count() {
    return count;
  }

  /** How many of them are zero in {@code weight}. */
  long left(Tensor weight) {
    if (mask == null) {
      return 0;
    }
    try (PointerScope scope = new PointerScope()) {
      return count(weight.eq(new Scalar(0.0)).logical_and(mask));
    }
  }

  private static long count(Tensor mask) {
    try (PointerScope scope = new PointerScope()) {
      return mask.sum().item_long();
    }
  }

  @Override
  public void close() {
    if (mask != null) {
      mask.close();
    }
  }
}
