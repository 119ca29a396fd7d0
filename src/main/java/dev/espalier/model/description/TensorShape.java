package dev.espalier.model.description;

import java.util.Arrays;
import java.util.List;

/**
 * A tensor that a model reads.
 *
 * @param name its full name in the checkpoint
 * @param sizes outermost first
 */
public record TensorShape(String name, List<Long> sizes) {
  public TensorShape {
    sizes = List.copyOf(sizes);
  }

  static TensorShape of(String name, long... sizes) {
    return new TensorShape(name, Arrays.stream(sizes).boxed().toList());
  }

  /** How many elements it has. */
  public long elements() {
    return sizes.stream().reduce(1L, Math::multiplyExact);
  }
}
