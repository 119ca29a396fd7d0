package dev.espalier.checkpoint;

import dev.espalier.BadInputException;
import dev.espalier.Printable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * A tensor of a checkpoint: its type and shape, and where it lies in a safetensors file.
 *
 * @param name the tensor's name
 * @param type the type of its elements as the file calls it; perhaps one that we cannot read
 * @param shape its sizes, outermost first; empty for a scalar
 * @param begin its first byte, counted from the start of the data (not of the file)
 * @param end the byte after its last
 */
public record TensorEntry(String name, String type, List<Long> shape, long begin, long end) {
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
    return new TensorEntry(name, dtype.name(), shape, 0, tensor.numel() * dtype.bytes());
  }

  /** The matrices of a tensor of three dimensions, one after the other; of any other, none. */
  public List<TensorEntry> slices() {
    return shape.size() == 3
        ? IntStream.range(0, Math.toIntExact(shape.get(0))).mapToObj(this::slice).toList()
        : List.of();
  }

  /** One of them, which lies in one piece; its name is a {@link SliceName}. */
  TensorEntry slice(int index) {
    long size = bytes() / shape.get(0);
    return new TensorEntry(
        new SliceName(name, index).toString(),
        type,
        shape.subList(1, shape.size()),
        begin + index * size,
        begin + (index + 1) * size);
  }

  /** The type of its elements, if it is one that we can read. */
  public Optional<Dtype> known() {
    return Dtype.named(type);
  }

  /**
   * The type of its elements.
   *
   * @throws BadInputException if it is none that we can read
   */
  public Dtype dtype() {
    return known()
        .orElseThrow(
            () ->
                new BadInputException(
                    "The tensor \"%s\" is of the type %s, which cannot be read; convert it to one of %s."
                        .formatted(Printable.of(name), Printable.of(type), Dtype.supported())));
  }

  /** The size of its data in bytes. */
  public long bytes() {
    return end - begin;
  }

  /** How many elements it has. */
  public long elements() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  /** The shape as libtorch takes it. */
  public long[] sizes() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }
}
