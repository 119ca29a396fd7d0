package dev.espalier.model.family;

import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.NormKind;
import dev.espalier.model.description.RotaryDescription;
import dev.espalier.model.description.ScoreDescription;
import dev.espalier.model.family.Heads.Biases;

/** Gemma 2: Gemma with norms around, soft caps, and windows in every other block. */
final class Gemma2Family implements ModelFamily {

  @Override
  public String modelType() {
    return "gemma2";
  }

  @Override
  public String architecture() {
    return "Gemma2ForCausalLM";
  }

  @Override
  public DecoderDescription describe(ConfigReader config, Names names) {
    Frame frame = Frame.read(config, names, 8192);
    Heads heads = Heads.read(config, frame.hidden(), 256);
    RotaryDescription rotary = frame.rotary(RotaryKeys.whole(10_000), heads);
    FeedForward mlp = GemmaFamily.feedForward(config, frame.hidden());
    Norms norms = Norms.read(config, NormKind.RMS_AROUND_ONE, frame.hidden(), 1e-6);
    Biases biases = Biases.all(config.flag("attention_bias", false));
    Windows windows = Windows.read(config, frame.blocks(), 4096, block -> block % 2 == 0);
    ScoreDescription scores =
        new ScoreDescription(
            scale(config), cap(config, "attn_logit_softcapping", 50), ScoreDescription.EVERYTHING);
    return frame.decoder(
        modelType(),
        frame.embedding().times(Math.sqrt(frame.hidden())),
        index -> {
          String block = names.block(index);
          AttentionDescription attention =
              heads.attention(
                  block + "self_attn.", biases, null, rotary, windows.of(index, scores));
          return norms.around(index, names, attention, mlp.gated(block + "mlp."));
        },
        frame
            .head(norms.named(names.tensor("norm")), true)
            .capped(cap(config, "final_logit_softcapping", 30)));
  }

  static double scale(ConfigReader config) {
    return 1 / Math.sqrt(config.number("query_pre_attn_scalar", 256));
  }

  /** None where it is null. */
  static double cap(ConfigReader config, String key, double absent) {
    return config.isNull(key) ? Double.POSITIVE_INFINITY : config.number(key, absent);
  }
}
