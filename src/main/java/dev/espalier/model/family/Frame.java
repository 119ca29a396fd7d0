package dev.espalier.model.family;

import dev.espalier.model.description.BlockDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.EmbeddingDescription;
import dev.espalier.model.description.HeadDescription;
import dev.espalier.model.description.NormDescription;
import dev.espalier.model.description.RotaryDescription;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The sizes that every family has, and the model around its blocks as most families name it. */
record Frame(
    ConfigReader config, Names names, int vocabulary, int hidden, int blocks, int maxPositions) {

  static Frame read(ConfigReader config, Names names, int usualMaxPositions) {
    return new Frame(
        config,
        names,
        config.size("vocab_size"),
        config.size("hidden_size"),
        config.blocks("num_hidden_layers"),
        config.size("max_position_embeddings", usualMaxPositions));
  }

  RotaryDescription rotary(RotaryKeys keys, Heads heads) {
    return RotaryConfig.read(config, keys, heads.dim(), maxPositions);
  }

  EmbeddingDescription embedding() {
    return EmbeddingDescription.of(names.tensor("embed_tokens.weight"), vocabulary, hidden);
  }

  /**
   * @param tiedByDefault whether it is the embedding where config.json does not say
   */
  HeadDescription head(NormDescription norm, boolean tiedByDefault) {
    boolean tied = config.flag("tie_word_embeddings", tiedByDefault);
    return HeadDescription.of(norm, names.head() + "lm_head.weight", tied);
  }

  /** A decoder whose ends are called as LLaMA's, and whose head is its own unless it is said. */
  DecoderDescription decoder(String family, Norms norms, IntFunction<BlockDescription> block) {
    return decoder(family, embedding(), block, head(norms.named(names.tensor("norm")), false));
  }

  DecoderDescription decoder(
      String family,
      EmbeddingDescription embedding,
      IntFunction<BlockDescription> block,
      HeadDescription head) {
    return new DecoderDescription(
        family,
        names.body(),
        hidden,
        maxPositions,
        embedding,
        IntStream.range(0, blocks).mapToObj(block).toList(),
        head);
  }
}
