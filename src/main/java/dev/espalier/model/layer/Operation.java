package dev.espalier.model.layer;

import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.GatedMlpDescription;
import dev.espalier.model.description.OperationDescription;
import dev.espalier.model.description.PlainMlpDescription;
import org.bytedeco.pytorch.Tensor;

/** What {@link OperationDescription} describes, with its weights in memory. */
public interface Operation {

  /**
   * The layer for a description.
   *
   * @param weights of the block; they stay its owner's
   * @param rotary the model's
   */
  static Operation of(OperationDescription description, BlockWeights weights, RotaryTables rotary) {
    if (description instanceof AttentionDescription attention) {
      return new Attention(attention, weights, rotary);
    }
    if (description instanceof GatedMlpDescription mlp) {
      return new GatedMlp(mlp, weights);
    }
    if (description instanceof PlainMlpDescription mlp) {
      return new PlainMlp(mlp, weights);
    }
    throw new IllegalArgumentException("No layer runs " + description);
  }

  /**
   * Runs it on x, [batch, length, hidden], and shows what its linears read on the way. The result
   * is a new tensor of the same shape, the caller's.
   */
  Tensor forward(Tensor x, InputObserver observer);

  /** Shows what its linears read and stops where there is nothing more to see. */
  void observe(Tensor x, InputObserver observer);
}
