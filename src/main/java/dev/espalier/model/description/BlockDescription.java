package dev.espalier.model.description;

import java.util.List;

/**
 * A block: steps on the residual stream, one after the other. Blocks of a model may differ.
 *
 * @param index its place in the model, from 0
 * @param steps in the order in which they run, at least one
 */
public record BlockDescription(int index, List<Step> steps) {
  public BlockDescription {
    steps = List.copyOf(steps);
  }

  /** The sub-blocks of all of its steps. */
  public List<SubBlock> subBlocks() {
    return steps.stream().flatMap(step -> step.subBlocks().stream()).toList();
  }

  /** Its linears, which are what pruning prunes, in the order in which the block runs them. */
  public List<LinearDescription> linears() {
    return subBlocks().stream().flatMap(sub -> sub.operation().linears().stream()).toList();
  }

  /** All tensors it reads, in the order in which it needs them. */
  public List<TensorShape> tensors() {
    return steps.stream().flatMap(step -> step.tensors().stream()).toList();
  }

  /** What the names of all of its tensors begin with, up to a dot. */
  public String prefix() {
    List<TensorShape> tensors = tensors();
    String first = tensors.get(0).name();
    int common = first.length();
    for (TensorShape tensor : tensors) {
      while (!tensor.name().regionMatches(0, first, 0, common)) {
        common--;
      }
    }
    return first.substring(0, first.lastIndexOf('.', common - 1) + 1);
  }

  /** How many weights its tensors have together. */
  public long parameters() {
    return tensors().stream().mapToLong(TensorShape::elements).sum();
  }

  /** How many elements one token takes inside its operations, as if all were kept to the end. */
  public long activations() {
    return subBlocks().stream().mapToLong(sub -> sub.operation().activations()).sum();
  }

  /** {@link OperationDescription#standing} of the operation that has most. */
  public long standing() {
    return subBlocks().stream().mapToLong(sub -> sub.operation().standing()).max().orElse(0);
  }

  /** {@link OperationDescription#scores} of the operation that has most. */
  public long scores(long length, boolean wide) {
    return subBlocks().stream()
        .mapToLong(sub -> sub.operation().scores(length, wide))
        .max()
        .orElse(0);
  }
}
