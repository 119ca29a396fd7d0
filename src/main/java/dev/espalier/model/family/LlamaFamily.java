package dev.espalier.model.family;

import dev.espalier.model.description.Activation;
import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.BlockDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.GatedMlpDescription;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.model.description.NormDescription;
import dev.espalier.model.description.RotaryDescription;
import dev.espalier.model.description.SubBlock;
import java.util.List;
import java.util.stream.IntStream;

/** LLaMA 1 to 3 and the many models that share their architecture. */
final class LlamaFamily implements ModelFamily {

  @Override
  public String modelType() {
    return "llama";
  }

  @Override
  public String architecture() {
    return "LlamaForCausalLM";
  }

  @Override
  public String prefix() {
    return "model.";
  }

  @Override
  public DecoderDescription describe(ConfigReader config, String prefix) {
    int vocabulary = config.size("vocab_size");
    int hidden = config.size("hidden_size");
    int blocks = config.blocks("num_hidden_layers");
    int maxPositions = config.size("max_position_embeddings", 2048);
    double epsilon = config.number("rms_norm_eps", 1e-6);
    Blocks shape =
        new Blocks(prefix, hidden, epsilon, Heads.read(config, hidden), Inner.read(config));
    return new DecoderDescription(
        modelType(),
        vocabulary,
        hidden,
        maxPositions,
        prefix + "embed_tokens.weight",
        IntStream.range(0, blocks).mapToObj(shape::block).toList(),
        shape.norm(prefix + "norm"),
        "lm_head.weight",
        config.flag("tie_word_embeddings", false));
  }

  /** What all blocks have in common. */
  private record Blocks(String prefix, int hidden, double epsilon, Heads heads, Inner inner) {
    BlockDescription block(int index) {
      String block = prefix + "layers." + index + ".";
      return new BlockDescription(
          index,
          List.of(
              new SubBlock(norm(block + "input_layernorm"), attention(block + "self_attn.")),
              new SubBlock(norm(block + "post_attention_layernorm"), mlp(block + "mlp."))));
    }

    NormDescription norm(String module) {
      return new NormDescription(module + ".weight", hidden, epsilon);
    }

    private AttentionDescription attention(String module) {
      int queries = heads.count * heads.dim;
      int keys = heads.kvCount * heads.dim;
      boolean bias = heads.bias;
      return new AttentionDescription(
          heads.count,
          heads.kvCount,
          heads.dim,
          heads.rotary,
          LinearDescription.ofModule(module + "q_proj", "attention", queries, hidden, bias),
          LinearDescription.ofModule(module + "k_proj", "attention", keys, hidden, bias),
          LinearDescription.ofModule(module + "v_proj", "attention", keys, hidden, bias),
          LinearDescription.ofModule(module + "o_proj", "attention_output", hidden, queries, bias));
    }

    private GatedMlpDescription mlp(String module) {
      int size = inner.size;
      boolean bias = inner.bias;
      return new GatedMlpDescription(
          inner.activation,
          LinearDescription.ofModule(module + "gate_proj", "mlp", size, hidden, bias),
          LinearDescription.ofModule(module + "up_proj", "mlp", size, hidden, bias),
          LinearDescription.ofModule(module + "down_proj", "mlp_output", hidden, size, bias));
    }
  }

  /** The attention of a block. */
  private record Heads(int count, int kvCount, int dim, boolean bias, RotaryDescription rotary) {
    static Heads read(ConfigReader config, int hidden) {
      int count = config.size("num_attention_heads");
      int kvCount = config.size("num_key_value_heads", count);
      if (count % kvCount != 0) {
        throw config.wrong(
            "num_key_value_heads", "a divisor of \"num_attention_heads\" (%d)".formatted(count));
      }
      if (!config.has("head_dim") && hidden % count != 0) {
        throw config.wrong(
            "hidden_size",
            "a multiple of \"num_attention_heads\" (%d) where \"head_dim\" is not given"
                .formatted(count));
      }
      int dim = config.size("head_dim", hidden / count);
      if (dim % 2 != 0) {
        throw config.wrong(
            config.has("head_dim") ? "head_dim" : "hidden_size",
            "such that a head has an even number of features, not %d".formatted(dim));
      }
      boolean bias = config.flag("attention_bias", false);
      return new Heads(count, kvCount, dim, bias, RotaryConfig.read(config, dim, 10_000));
    }
  }

  /** The feed-forward part of a block. */
  private record Inner(int size, Activation activation, boolean bias) {
    static Inner read(ConfigReader config) {
      return new Inner(
          config.size("intermediate_size"),
          Activation.named(config.text("hidden_act", "silu")),
          config.flag("mlp_bias", false));
    }
  }
}
