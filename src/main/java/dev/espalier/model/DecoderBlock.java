package dev.espalier.model;

import dev.espalier.device.NativeMemory;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.TensorNames;
import dev.espalier.model.layer.Attention;
import dev.espalier.model.layer.BlockWeights;
import dev.espalier.model.layer.GatedMlp;
import dev.espalier.model.layer.InputObserver;
import dev.espalier.model.layer.Linear;
import dev.espalier.model.layer.LinearInput;
import dev.espalier.model.layer.RmsNorm;
import dev.espalier.model.layer.RotaryTable;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * A block with its weights in memory: hidden + attention(norm(hidden)), then the same with the
 * feed-forward part. Owns the weights of its linears; close it before the model it came from.
 *
 * <p>Hidden states are [batch, length, hidden] in the compute dtype on the model's device.
 * Attention is causal, rows are full (no padding), and positions run from 0 to length − 1.
 */
public final class DecoderBlock implements AutoCloseable {
  private static final InputObserver NOBODY = (input, x) -> {};

  private final int index;
  private final BlockWeights weights;
  private final RmsNorm attentionNorm;
  private final Attention attention;
  private final RmsNorm mlpNorm;
  private final GatedMlp mlp;
  private final List<LinearInput> inputs;
  private final List<Linear> linears;

  /** Loads the block. The weights are the block's from here on, also if loading fails. */
  DecoderBlock(int index, DecoderDescription decoder, BlockWeights weights, RotaryTable rotary) {
    this.index = index;
    this.weights = weights;
    try {
      TensorNames names = decoder.names();
      this.attentionNorm = weights.norm(names.attention().norm());
      this.attention = new Attention(decoder, weights, rotary);
      this.mlpNorm = weights.norm(names.mlp().norm());
      this.mlp = new GatedMlp(decoder, weights);
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
    this.inputs = Stream.of(attention.inputs(), mlp.inputs()).flatMap(List::stream).toList();
    this.linears = inputs.stream().flatMap(input -> input.readers().stream()).toList();
  }

  /** Its place in the model, from 0. */
  public int index() {
    return index;
  }

  /** What its linears read, in the order in which it is computed. */
  public List<LinearInput> inputs() {
    return inputs;
  }

  /** Its linears in the order in which they run: query, key, value, output, gate, up, down. */
  public List<Linear> linears() {
    return linears;
  }

  /** Runs the block. The result is a new tensor of the shape of {@code hidden}, the caller's. */
  public Tensor forward(Tensor hidden) {
    return forward(hidden, NOBODY);
  }

  /** Runs the block and shows the inputs of its linears on the way. */
  public Tensor forward(Tensor hidden, InputObserver observer) {
    return NativeMemory.compute(
        () -> {
          Tensor middle = attend(hidden, observer);
          Tensor inner = mlp.expand(mlpNorm.apply(middle), observer);
          middle.add_(mlp.contract(inner));
          return middle;
        });
  }

  /** Shows the inputs of the block's linears and stops where there is nothing more to see. */
  public void observe(Tensor hidden, InputObserver observer) {
    NativeMemory.run(() -> mlp.expand(mlpNorm.apply(attend(hidden, observer)), observer));
  }

  private Tensor attend(Tensor hidden, InputObserver observer) {
    return NativeMemory.compute(
        () -> hidden.add(attention.forward(attentionNorm.apply(hidden), observer)));
  }

  /** Frees the weights. */
  @Override
  public void close() {
    weights.close();
  }
}
