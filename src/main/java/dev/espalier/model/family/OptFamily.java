package dev.espalier.model.family;

import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.BlockDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.EmbeddingDescription;
import dev.espalier.model.description.EmbeddingDescription.LearnedPositions;
import dev.espalier.model.description.HeadDescription;
import dev.espalier.model.description.NormDescription;
import dev.espalier.model.description.Step;
import dev.espalier.model.description.SubBlock;
import java.util.List;

/**
 * OPT and Galactica: learned positions, linears with biases or without. The one of 350 million
 * weights has its norms after the residual sums, and an embedding of another width.
 */
final class OptFamily implements ModelFamily {
  /** Rows of the positions that no position has. */
  private static final int OFFSET = 2;

  private static final double EPSILON = 1e-5;

  @Override
  public String modelType() {
    return "opt";
  }

  @Override
  public String architecture() {
    return "OPTForCausalLM";
  }

  @Override
  public DecoderDescription describe(ConfigReader config, Names names) {
    Names decoder = new Names(names.body() + "decoder.", names.head());
    Frame frame = Frame.read(config, decoder, 2048);
    Blocks blocks = Blocks.read(config, decoder, frame.hidden());
    int width = config.size("word_embed_proj_dim", frame.hidden());
    boolean projected = width != frame.hidden();
    boolean finalNorm = blocks.normsFirst() && !config.flag("_remove_final_layer_norm", false);
    return frame.decoder(
        modelType(),
        new EmbeddingDescription(
            decoder.tensor("embed_tokens.weight"),
            frame.vocabulary(),
            width,
            1,
            projected ? decoder.tensor("project_in.weight") : null,
            new LearnedPositions(
                decoder.tensor("embed_positions.weight"), frame.maxPositions() + OFFSET, OFFSET)),
        blocks::block,
        new HeadDescription(
            finalNorm ? blocks.norm(decoder.tensor("final_layer_norm")) : null,
            projected ? decoder.tensor("project_out.weight") : null,
            names.head() + "lm_head.weight",
            config.flag("tie_word_embeddings", true),
            Double.POSITIVE_INFINITY));
  }

  /**
   * What all blocks have in common.
   *
   * @param affine whether norms have weights and biases
   * @param normsFirst whether a norm is before its operation, and not after the residual sum
   */
  private record Blocks(
      Names names, Heads heads, FeedForward mlp, boolean affine, boolean normsFirst) {
    static Blocks read(ConfigReader config, Names names, int hidden) {
      boolean bias = config.flag("enable_bias", true);
      return new Blocks(
          names,
          Heads.even(config, hidden),
          new FeedForward(
              FeedForward.activation(config, "activation_function", "relu"),
              config.size("ffn_dim"),
              hidden,
              bias),
          config.flag("layer_norm_elementwise_affine", true),
          config.flag("do_layer_norm_before", true));
    }

    BlockDescription block(int index) {
      String block = names.block(index);
      String module = block + "self_attn.";
      AttentionDescription attention =
          new AttentionDescription(
              heads.count(),
              heads.kvCount(),
              heads.dim(),
              heads.separate(module, mlp.bias()),
              null,
              null,
              heads.scores(),
              heads.output(module + "out_proj", mlp.bias()));
      NormDescription first = norm(block + "self_attn_layer_norm");
      NormDescription second = norm(block + "final_layer_norm");
      var feedForward = mlp.plain(block + "fc1", block + "fc2");
      return new BlockDescription(
          index,
          normsFirst
              ? List.of(
                  Step.of(new SubBlock(first, attention)),
                  Step.of(new SubBlock(second, feedForward)))
              : List.of(
                  new Step(List.of(new SubBlock(null, attention)), first),
                  new Step(List.of(new SubBlock(null, feedForward)), second)));
    }

    NormDescription norm(String module) {
      return NormDescription.layerNorm(module, affine, mlp.hidden(), EPSILON);
    }
  }
}
