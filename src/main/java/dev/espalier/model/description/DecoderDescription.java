package dev.espalier.model.description;

import java.util.ArrayList;
import java.util.List;

/**
 * A decoder as data, the same for every family: blocks on a residual stream between an embedding
 * and a head. It is the only statement of what a model is made of: weights are checked and loaded,
 * blocks run and pruned, and memory is estimated by it.
 *
 * @param family the {@code model_type} of config.json
 * @param hiddenSize features of the residual stream
 * @param maxPositions the longest context the model is meant for
 * @param embedding the full name of the embedding, of shape [vocabularySize, hiddenSize]
 * @param finalNorm between the last block and the head
 * @param head the full name of the head's weight, of the embedding's shape; what it is usually
 *     called where the head is tied
 * @param tiedHead whether the head's weight is the embedding
 */
public record DecoderDescription(
    String family,
    int vocabularySize,
    int hiddenSize,
    int maxPositions,
    String embedding,
    List<BlockDescription> blocks,
    NormDescription finalNorm,
    String head,
    boolean tiedHead) {
  public DecoderDescription {
    blocks = List.copyOf(blocks);
  }

  /** How many blocks the decoder has. */
  public int blockCount() {
    return blocks.size();
  }

  /** The linears of a block in the order in which it runs them. */
  public List<LinearDescription> linears(int block) {
    return blocks.get(block).linears();
  }

  /** The same decoder with its embedding under another name, and its head perhaps tied to that. */
  public DecoderDescription withEmbedding(String name, boolean tied) {
    return new DecoderDescription(
        family, vocabularySize, hiddenSize, maxPositions, name, blocks, finalNorm, head, tied);
  }

  /** What the names of all blocks and of the last norm begin with; empty, or up to a dot. */
  public String prefix() {
    String block = blocks.get(0).prefix();
    String norm = finalNorm.weight();
    int common = 0;
    while (common < Math.min(block.length(), norm.length())
        && block.charAt(common) == norm.charAt(common)) {
      common++;
    }
    return norm.substring(0, norm.substring(0, common).lastIndexOf('.') + 1);
  }

  /** All tensors the model reads, each once, in the order in which it needs them. */
  public List<TensorShape> tensors() {
    List<TensorShape> tensors = new ArrayList<>();
    tensors.add(TensorShape.of(embedding, vocabularySize, hiddenSize));
    blocks.forEach(block -> tensors.addAll(block.tensors()));
    tensors.addAll(finalNorm.tensors());
    if (!tiedHead) {
      tensors.add(TensorShape.of(head, vocabularySize, hiddenSize));
    }
    return tensors;
  }
}
