package dev.espalier.model.description;

import java.util.List;
import java.util.stream.Stream;

/**
 * A step of a block on the residual stream: norm(x + the sum of what its sub-blocks make of x).
 *
 * @param subBlocks that read the same x, at least one
 * @param norm of the sum, or null if there is none
 */
public record Step(List<SubBlock> subBlocks, NormDescription norm) {
  public Step {
    subBlocks = List.copyOf(subBlocks);
  }

  /** The usual step: x + what one sub-block makes of x. */
  public static Step of(SubBlock only) {
    return new Step(List.of(only), null);
  }

  /** All tensors it reads, in the order in which it needs them. */
  public List<TensorShape> tensors() {
    return Stream.concat(
            subBlocks.stream().flatMap(sub -> sub.tensors().stream()),
            Stream.ofNullable(norm).flatMap(sum -> sum.tensors().stream()))
        .toList();
  }
}
