package dev.espalier.checkpoint;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A tensor of a checkpoint: its type and shape, and where it lies in a safetensors file.
 *
 * @param name the tensor's name
 * @param dtype the type of its elements
 * @param shape its sizes, outermost first; empty for a scalar
 * @param begin its first byte, counted from the start of the data (not of the file)
 * @param end the byte after its last
 */
public record TensorEntry(String name, Dtype dtype, List<Long> shape, long begin, long end) {
  public TensorEntry {
    shape = List.copyOf(shape);
  }

  /**
   * A tensor that lies in no file, as if it were the only one in one.
   *
   * @throws IllegalArgumentException if no safetensors file can hold its type
   */
  public static TensorEntry of(String name, Tensor tensor) {
    Dtype dtype = Dtype.of(tensor.scalar_type());
    List<Long> shape = Arrays.stream(tensor.shape()).boxed().toList();
    return new TensorEntry(name, dtype, shape, 0, tensor.numel() * dtype.bytes());
  }

  /** The size of its data in bytes. */
  public long bytes() {
    return end - begin;
  }

  /** How many elements it has. */
  public long elements() {
    return bytes() / dtype.bytes();
  }

  /** The shape as libtorch takes it. */
  public long[] sizes() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }
}
