package dev.espalier.model.family;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.NormKind;
import dev.espalier.model.description.RotaryDescription;
import dev.espalier.model.family.Heads.Biases;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/** Qwen 3 with experts in the place of the feed-forward part, in all blocks or in some. */
final class Qwen3MoeFamily implements ModelFamily {

  @Override
  public String modelType() {
    return "qwen3_moe";
  }

  @Override
  public String architecture() {
    return "Qwen3MoeForCausalLM";
  }

  @Override
  public boolean hasExperts() {
    return true;
  }

  @Override
  public DecoderDescription describe(ConfigReader config, Names names) {
    Frame frame = Frame.read(config, names, 32_768);
    Heads heads = Heads.read(config, frame.hidden());
    RotaryDescription rotary = frame.rotary(RotaryKeys.whole(10_000), heads);
    FeedForward mlp = FeedForward.read(config, frame.hidden());
    Norms norms = Norms.read(config, NormKind.RMS, frame.hidden(), 1e-6);
    // The library looks at max_window_layers in its dense Qwens alone.
    Windows windows = Windows.ofQwen(config, frame.blocks(), block -> true);
    Biases biases = Biases.all(config.flag("attention_bias", false));
    Mixture mixture = mixture(config, mlp);
    IntPredicate routed = routed(config);
    return frame.decoder(
        modelType(),
        norms,
        index -> {
          String block = names.block(index);
          String module = block + "self_attn.";
          AttentionDescription attention =
              heads.attention(
                  module,
                  biases,
                  heads.norms(NormKind.RMS, module, norms.epsilon()),
                  rotary,
                  windows.of(index, heads.scores()));
          return norms.before(
              index,
              names,
              attention,
              routed.test(index)
                  ? mixture.of(block + "mlp.", names.stacked())
                  : mlp.gated(block + "mlp."));
        });
  }

  private static Mixture mixture(ConfigReader config, FeedForward mlp) {
    int experts = config.size("num_experts", 128);
    FeedForward expert =
        new FeedForward(
            mlp.activation(), config.size("moe_intermediate_size", 768), mlp.hidden(), false);
    return new Mixture(
        expert,
        experts,
        Mixture.chosen(config, 8, experts),
        config.flag("norm_topk_prob", false),
        List.of("gate_proj", "up_proj", "down_proj"));
  }

  /** Every so many blocks, and none of those that are named. */
  private static IntPredicate routed(ConfigReader config) {
    String key = "mlp_only_layers";
    int step = config.size("decoder_sparse_step", 1);
    Set<Integer> dense = new HashSet<>();
    config
        .value(key)
        .ifPresent(
            list -> {
              for (JsonNode block : list) {
                if (!block.canConvertToInt()) {
                  throw config.wrong(key, "a list of blocks' numbers");
                }
                dense.add(block.intValue());
              }
            });
    return block -> !dense.contains(block) && (block + 1) % step == 0;
  }
}
