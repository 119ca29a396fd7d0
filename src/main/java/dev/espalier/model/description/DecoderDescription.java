package dev.espalier.model.description;

import java.util.ArrayList;
import java.util.List;

/**
 * A decoder as data, the same for every family: blocks on a residual stream between an embedding
 * and a head. It is the only statement of what a model is made of: weights are checked and loaded,
 * blocks run and pruned, and memory is estimated by it.
 *
 * @param family the {@code model_type} of config.json
 * @param prefix what the names of all of its tensors but the head's begin with; empty, or up to a
 *     dot
 * @param hiddenSize features of the residual stream
 * @param maxPositions the longest context the model is meant for
 */
public record DecoderDescription(
    String family,
    String prefix,
    int hiddenSize,
    int maxPositions,
    EmbeddingDescription embedding,
    List<BlockDescription> blocks,
    HeadDescription head) {
  public DecoderDescription {
    blocks = List.copyOf(blocks);
  }

  /** How many tokens it knows. */
  public int vocabularySize() {
    return embedding.vocabularySize();
  }

  /** How many blocks the decoder has. */
  public int blockCount() {
    return blocks.size();
  }

  /** The linears of a block in the order in which it runs them. */
  public List<LinearDescription> linears(int block) {
    return blocks.get(block).linears();
  }

  /** The same decoder with one table, of this name, as embedding and head. */
  public DecoderDescription tiedTo(String table) {
    HeadDescription tied =
        new HeadDescription(head.norm(), head.projection(), head.weight(), true, head.cap());
    return new DecoderDescription(
        family, prefix, hiddenSize, maxPositions, embedding.named(table), blocks, tied);
  }

  /** All tensors the model reads, each once, in the order in which it needs them. */
  public List<TensorShape> tensors() {
    List<TensorShape> tensors = new ArrayList<>(embedding.tensors(hiddenSize));
    blocks.forEach(block -> tensors.addAll(block.tensors()));
    tensors.addAll(head.tensors(embedding, hiddenSize));
    return tensors;
  }
}
