package dev.espalier.model.family;

import dev.espalier.model.description.Activation;
import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.MlpDescription;
import dev.espalier.model.description.NormDescription;
import dev.espalier.model.description.TensorNames;
import dev.espalier.model.description.TensorNames.AttentionNames;
import dev.espalier.model.description.TensorNames.MlpNames;

/** LLaMA 1 to 3 and the many models that share their architecture. */
final class LlamaFamily implements ModelFamily {

  private static final TensorNames NAMES =
      new TensorNames(
          "model.embed_tokens.weight",
          "model.layers.%d.",
          new AttentionNames(
              "input_layernorm",
              "self_attn.q_proj",
              "self_attn.k_proj",
              "self_attn.v_proj",
              "self_attn.o_proj"),
          new MlpNames("post_attention_layernorm", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"),
          "model.norm.weight",
          "lm_head.weight");

  @Override
  public String modelType() {
    return "llama";
  }

  @Override
  public DecoderDescription describe(ConfigReader config) {
    return new DecoderDescription(
        modelType(),
        config.size("vocab_size"),
        config.size("hidden_size"),
        config.size("num_hidden_layers"),
        config.size("max_position_embeddings", 2048),
        new NormDescription(config.number("rms_norm_eps", 1e-6)),
        attention(config),
        new MlpDescription(
            config.size("intermediate_size"),
            Activation.named(config.text("hidden_act", "silu")),
            config.flag("mlp_bias", false)),
        config.flag("tie_word_embeddings", false),
        NAMES);
  }

  private static AttentionDescription attention(ConfigReader config) {
    int heads = config.size("num_attention_heads");
    int kvHeads = config.size("num_key_value_heads", heads);
    if (heads % kvHeads != 0) {
      throw config.wrong(
          "num_key_value_heads", "a divisor of \"num_attention_heads\" (%d)".formatted(heads));
    }
    int hiddenSize = config.size("hidden_size");
    if (!config.has("head_dim") && hiddenSize % heads != 0) {
      throw config.wrong(
          "hidden_size",
          "a multiple of \"num_attention_heads\" (%d) where \"head_dim\" is not given"
              .formatted(heads));
    }
    int headDim = config.size("head_dim", hiddenSize / heads);
    if (headDim % 2 != 0) {
      throw config.wrong(
          config.has("head_dim") ? "head_dim" : "hidden_size",
          "such that a head has an even number of features, not %d".formatted(headDim));
    }
    boolean bias = config.flag("attention_bias", false);
    return new AttentionDescription(
        heads, kvHeads, headDim, bias, bias, RotaryConfig.read(config, 10_000));
  }
}
