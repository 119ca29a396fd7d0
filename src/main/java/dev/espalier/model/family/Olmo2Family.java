package dev.espalier.model.family;

import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.NormKind;
import dev.espalier.model.description.RotaryDescription;
import dev.espalier.model.family.Heads.Biases;

/** OLMo 2: norms after attention and feed-forward part, and of all queries and all keys. */
final class Olmo2Family implements ModelFamily {

  @Override
  public String modelType() {
    return "olmo2";
  }

  @Override
  public String architecture() {
    return "Olmo2ForCausalLM";
  }

  @Override
  public DecoderDescription describe(ConfigReader config, Names names) {
    Frame frame = Frame.read(config, names, 2048);
    Heads heads = Heads.read(config, frame.hidden());
    RotaryDescription rotary = frame.rotary(RotaryKeys.whole(10_000), heads);
    FeedForward mlp = FeedForward.read(config, frame.hidden());
    NormKind kind = NormKind.RMS_ROUNDED_LAST;
    Norms norms = Norms.read(config, kind, frame.hidden(), 1e-5);
    Biases biases = Biases.all(config.flag("attention_bias", false));
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
                  heads.normsOfAll(kind, module, norms.epsilon()),
                  rotary,
                  heads.scores());
          return norms.after(index, names, attention, mlp.gated(block + "mlp."));
        });
  }
}
