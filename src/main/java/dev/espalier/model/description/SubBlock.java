package dev.espalier.model.description;

import java.util.ArrayList;
import java.util.List;

/**
 * What a step of a block adds to the residual stream: after(operation(before(x))).
 *
 * @param before the normalisation of what the operation reads, or null if there is none
 * @param after the normalisation of what it gives, or null if there is none
 */
public record SubBlock(
    NormDescription before, OperationDescription operation, NormDescription after) {

  /** One that only normalises what it reads. */
  public SubBlock(NormDescription before, OperationDescription operation) {
    this(before, operation, null);
  }

  /** All tensors it reads. */
  public List<TensorShape> tensors() {
    List<TensorShape> tensors = new ArrayList<>();
    if (before != null) {
      tensors.addAll(before.tensors());
    }
    tensors.addAll(operation.tensors());
    if (after != null) {
      tensors.addAll(after.tensors());
    }
    return tensors;
  }
}
