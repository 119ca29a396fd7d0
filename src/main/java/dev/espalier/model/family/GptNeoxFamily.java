package dev.espalier.model.family;

import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.BlockDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.EmbeddingDescription;
import dev.espalier.model.description.HeadDescription;
import dev.espalier.model.description.NormDescription;
import dev.espalier.model.description.QkvDescription.Rows;
import dev.espalier.model.description.RotaryDescription;
import dev.espalier.model.description.Step;
import dev.espalier.model.description.SubBlock;
import java.util.List;

/** GPT-NeoX and Pythia: attention and feed-forward part side by side, heads rotated in part. */
final class GptNeoxFamily implements ModelFamily {

  @Override
  public String modelType() {
    return "gpt_neox";
  }

  @Override
  public String architecture() {
    return "GPTNeoXForCausalLM";
  }

  @Override
  public String prefix() {
    return "gpt_neox.";
  }

  @Override
  public DecoderDescription describe(ConfigReader config, Names names) {
    Frame frame = Frame.read(config, names, 2048);
    int hidden = frame.hidden();
    double epsilon = config.number("layer_norm_eps", 1e-5);
    Heads heads = Heads.even(config, hidden);
    RotaryDescription rotary =
        frame.rotary(new RotaryKeys("rotary_emb_base", 10_000, "rotary_pct", 0.25, true), heads);
    FeedForward mlp =
        new FeedForward(
            FeedForward.activation(config, "hidden_act", "gelu"),
            config.size("intermediate_size"),
            hidden,
            true);
    boolean bias = config.flag("attention_bias", true);
    boolean parallel = config.flag("use_parallel_residual", true);
    return frame.decoder(
        modelType(),
        EmbeddingDescription.of(names.tensor("embed_in.weight"), frame.vocabulary(), hidden),
        index -> {
          String block = names.block(index);
          SubBlock attention =
              new SubBlock(
                  NormDescription.layerNorm(block + "input_layernorm", true, hidden, epsilon),
                  attention(block + "attention.", heads, bias, rotary));
          SubBlock feedForward =
              new SubBlock(
                  NormDescription.layerNorm(
                      block + "post_attention_layernorm", true, hidden, epsilon),
                  mlp.plain(block + "mlp.dense_h_to_4h", block + "mlp.dense_4h_to_h"));
          return new BlockDescription(
              index,
              parallel
                  ? List.of(new Step(List.of(attention, feedForward), null))
                  : List.of(Step.of(attention), Step.of(feedForward)));
        },
        HeadDescription.of(
            NormDescription.layerNorm(names.tensor("final_layer_norm"), true, hidden, epsilon),
            names.head() + "embed_out.weight",
            config.flag("tie_word_embeddings", false)));
  }

  private static AttentionDescription attention(
      String module, Heads heads, boolean bias, RotaryDescription rotary) {
    return new AttentionDescription(
        heads.count(),
        heads.kvCount(),
        heads.dim(),
        heads.fused(module + "query_key_value", bias, Rows.BY_HEAD),
        null,
        rotary,
        heads.scores(),
        heads.output(module + "dense", bias));
  }
}
