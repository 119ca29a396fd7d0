package dev.espalier.model;

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

  /** One that is in memory. */
  public static TensorDescription of(Tensor tensor) {
    return new TensorDescription(
        tensor.scalar_type(), Arrays.stream(tensor.shape()).boxed().toList());
  }
}
