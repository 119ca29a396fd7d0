package dev.espalier.checkpoint;

import java.util.List;

/**
 * Where one tensor lies in a safetensors file.
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
