package dev.espalier.model.description;

import java.util.List;
import java.util.stream.Stream;

/**
 * A step of a block on the residual stream: x + operation(norm(x)).
 *
 * @param norm before the operation
 */
public record SubBlock(NormDescription norm, OperationDescription operation) {

  /** All tensors it reads. */
  public List<TensorShape> tensors() {
    return Stream.of(norm.tensors(), operation.tensors()).flatMap(List::stream).toList();
  }
}
