package dev.espalier.checkpoint;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A tensor of a checkpoint, before it is read.
 *
 * @param shape its sizes, outermost first
 */
public record TensorDescription(ScalarType dtype, List<Long> shape) {
  public TensorDescription {
    dtype = dtype.intern();
    shape = List.copyOf(shape);
  }

  /** The size of its data in bytes. */
  public long bytes() {
    return shape.stream().reduce(1L, Math::multiplyExact) * Dtype.of(dtype).bytes();
  }

  /** One that is in memory. */
  public static TensorDescription of(Tensor tensor) {
    return new TensorDescription(
        tensor.scalar_type(), Arrays.stream(tensor.shape()).boxed().toList());
  }
}
