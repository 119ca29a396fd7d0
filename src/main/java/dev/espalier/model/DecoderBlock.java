package dev.espalier.model;

import dev.espalier.device.NativeMemory;
import dev.espalier.model.description.BlockDescription;
import dev.espalier.model.description.NormDescription;
import dev.espalier.model.description.Step;
import dev.espalier.model.description.SubBlock;
import dev.espalier.model.layer.BlockWeights;
import dev.espalier.model.layer.InputObserver;
import dev.espalier.model.layer.Linear;
import dev.espalier.model.layer.LinearInput;
import dev.espalier.model.layer.Norm;
import dev.espalier.model.layer.Operation;
import dev.espalier.model.layer.RotaryTables;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A block with its weights in memory: what its description adds to the hidden states, step after
 * step. Owns the weights of its linears; close it before the model it came from.
 *
 * <p>Hidden states are [batch, length, hidden] in the compute dtype on the model's device.
 * Attention is causal, rows are full (no padding), and positions run from 0 to length − 1.
 */
public final class DecoderBlock implements AutoCloseable {
  private static final InputObserver NOBODY = (input, x) -> {};

  private final int index;
  private final BlockWeights weights;
  private final List<LoadedStep> steps;
  private final List<LinearInput> inputs;
  private final List<Linear> linears;

  /** What a step adds to the residual stream, loaded. */
  private record Branch(Norm before, Operation operation, Norm after) {
    static Branch of(SubBlock description, BlockWeights weights, RotaryTables rotary) {
      return new Branch(
          norm(description.before(), weights),
          Operation.of(description.operation(), weights, rotary),
          norm(description.after(), weights));
    }

    static Norm norm(NormDescription description, BlockWeights weights) {
      return description == null ? null : weights.norm(description);
    }

    Tensor change(Tensor stream, InputObserver observer) {
      return NativeMemory.compute(
          () -> {
            Tensor added = operation.forward(read(stream), observer);
            return after == null ? added : after.apply(added);
          });
    }

    void observe(Tensor stream, InputObserver observer) {
      NativeMemory.run(() -> operation.observe(read(stream), observer));
    }

    private Tensor read(Tensor stream) {
      return before == null ? stream : before.apply(stream);
    }
  }

  /** A step on the residual stream, loaded. */
  private record LoadedStep(List<Branch> branches, Norm norm) {
    static LoadedStep of(Step description, BlockWeights weights, RotaryTables rotary) {
      return new LoadedStep(
          description.subBlocks().stream().map(sub -> Branch.of(sub, weights, rotary)).toList(),
          Branch.norm(description.norm(), weights));
    }

    /** What it adds to the stream. */
    Tensor change(Tensor stream, InputObserver observer) {
      return NativeMemory.compute(
          () -> {
            Tensor sum = branches.get(0).change(stream, observer);
            branches.stream().skip(1).forEach(next -> sum.add_(next.change(stream, observer)));
            return sum;
          });
    }

    void observe(Tensor stream, InputObserver observer) {
      branches.forEach(branch -> branch.observe(stream, observer));
    }
  }

  /**
   * @param weights of the block, from here on the block's own
   */
  DecoderBlock(BlockDescription description, BlockWeights weights, RotaryTables rotary) {
    this.index = description.index();
    this.weights = weights;
    this.steps =
        description.steps().stream().map(step -> LoadedStep.of(step, weights, rotary)).toList();
    this.inputs = List.copyOf(weights.inputs());
    this.linears = List.copyOf(weights.linears());
  }

  /** Its place in the model, from 0. */
  public int index() {
    return index;
  }

  /** What its linears read, in the order in which it is computed. */
  public List<LinearInput> inputs() {
    return inputs;
  }

  /** Its linears in the order in which they run; that of {@link BlockDescription#linears}. */
  public List<Linear> linears() {
    return linears;
  }

  /** Runs the block. The result is a new tensor of the shape of {@code hidden}, the caller's. */
  public Tensor forward(Tensor hidden) {
    return forward(hidden, NOBODY);
  }

  /** Runs the block and shows the inputs of its linears on the way. */
  public Tensor forward(Tensor hidden, InputObserver observer) {
    return NativeMemory.compute(() -> run(steps, hidden, observer));
  }

  /** Shows the inputs of the block's linears and stops where there is nothing more to see. */
  public void observe(Tensor hidden, InputObserver observer) {
    int last = steps.size() - 1;
    NativeMemory.run(
        () -> steps.get(last).observe(run(steps.subList(0, last), hidden, observer), observer));
  }

  /** The stream after these steps: a new tensor, or {@code hidden} itself if there are none. */
  private static Tensor run(List<LoadedStep> steps, Tensor hidden, InputObserver observer) {
    Tensor stream = hidden;
    for (LoadedStep step : steps) {
      Tensor before = stream;
      if (before == hidden) {
        stream = NativeMemory.compute(() -> hidden.add(step.change(hidden, observer)));
      } else {
        NativeMemory.run(() -> before.add_(step.change(before, observer)));
      }
      if (step.norm() != null) {
        stream = step.norm().apply(stream);
      }
    }
    return stream;
  }

  /** Frees the weights. */
  @Override
  public void close() {
    weights.close();
  }
}
