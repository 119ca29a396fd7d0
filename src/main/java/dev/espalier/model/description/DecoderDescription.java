package dev.espalier.model.description;

import dev.espalier.model.description.TensorNames.AttentionNames;
import dev.espalier.model.description.TensorNames.MlpNames;
import java.util.List;

/**
 * A decoder as data, the same for every family: pre-normalised blocks of attention and feed-forward
 * parts on a residual stream, between an embedding and a head.
 *
 * @param family the {@code model_type} of config.json
 * @param maxPositions the longest context the model is meant for
 * @param tiedHead whether the head's weight is the embedding
 */
public record DecoderDescription(
    String family,
    int vocabularySize,
    int hiddenSize,
    int blockCount,
    int maxPositions,
    NormDescription norm,
    AttentionDescription attention,
    MlpDescription mlp,
    boolean tiedHead,
    TensorNames names) {

  /**
   * The linears of a block, which are what pruning prunes, in the order in which the block runs
   * them: query, key, value, attention output, gate, up, down.
   */
  public List<LinearDescription> linears(int block) {
    AttentionNames attentionNames = names.attention();
    MlpNames mlpNames = names.mlp();
    int attended = attention.heads() * attention.headDim();
    int keys = attention.kvHeads() * attention.headDim();
    boolean inputBias = attention.inputBias();
    int inner = mlp.intermediateSize();
    return List.of(
        linear(block, attentionNames.query(), "attention", attended, hiddenSize, inputBias),
        linear(block, attentionNames.key(), "attention", keys, hiddenSize, inputBias),
        linear(block, attentionNames.value(), "attention", keys, hiddenSize, inputBias),
        linear(
            block,
            attentionNames.output(),
            "attention_output",
            hiddenSize,
            attended,
            attention.outputBias()),
        linear(block, mlpNames.gate(), "mlp", inner, hiddenSize, mlp.bias()),
        linear(block, mlpNames.up(), "mlp", inner, hiddenSize, mlp.bias()),
        linear(block, mlpNames.down(), "mlp_output", hiddenSize, inner, mlp.bias()));
  }

  private LinearDescription linear(
      int block, String module, String input, int outFeatures, int inFeatures, boolean bias) {
    return new LinearDescription(
        names.weight(block, module),
        input,
        outFeatures,
        inFeatures,
        bias ? names.bias(block, module) : null);
  }
}
