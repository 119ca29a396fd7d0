package dev.espalier.model.description;

import java.util.List;

/**
 * What a block does with its normalised hidden states, [batch, length, hidden] to the same shape.
 * Loading, checking, pruning and estimates of memory follow from this statement; running it is the
 * one other thing that an operation takes, a layer.
 */
public sealed interface OperationDescription
    permits AttentionDescription, ExpertsDescription, GatedMlpDescription, PlainMlpDescription {

  /** Its linears, which are what pruning prunes, in the order in which they run. */
  List<LinearDescription> linears();

  /** All tensors it reads, those of its linears included. */
  default List<TensorShape> tensors() {
    return linears().stream().flatMap(linear -> linear.tensors().stream()).toList();
  }

  /** How many elements one token takes inside at the most, its inputs and outputs not counted. */
  long activations();

  /** How many of {@link #activations} stand at once where each goes as soon as it can. */
  default long standing() {
    return activations();
  }

  /**
   * How many elements one window takes beside {@link #activations}, for as long as the operation
   * runs.
   *
   * @param length tokens of the window
   * @param wide whether it is computed in float32
   */
  default long scores(long length, boolean wide) {
    return 0;
  }
}
