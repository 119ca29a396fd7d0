package dev.espalier.checkpoint;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of one of the matrices that a tensor of three dimensions holds, such as {@code
 * experts.down_proj[3]}: the tensor's name, and which of them. A checkpoint answers to it as to the
 * name of a tensor.
 *
 * @param tensor the name of the tensor that the file has
 * @param index from 0
 */
public record SliceName(String tensor, int index) {
  private static final Pattern FORM = Pattern.compile("(.+)\\[(0|[1-9]\\d{0,8})]");

  /** What a name says; empty if it is of a whole tensor. */
  public static Optional<SliceName> of(String name) {
    Matcher slice = FORM.matcher(name);
    return slice.matches()
        ? Optional.of(new SliceName(slice.group(1), Integer.parseInt(slice.group(2))))
        : Optional.empty();
  }

  /** The name of the tensor in the file: of a slice's, or the name itself. */
  public static String tensorOf(String name) {
    return of(name).map(SliceName::tensor).orElse(name);
  }

  @Override
  public String toString() {
    return tensor + "[" + index + "]";
  }
}
