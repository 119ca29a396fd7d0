package dev.espalier.model.family;

import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.NormKind;
import dev.espalier.model.description.RotaryDescription;
import dev.espalier.model.family.Heads.Biases;

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
  public DecoderDescription describe(ConfigReader config, Names names) {
    Frame frame = Frame.read(config, names, 2048);
    Heads heads = Heads.read(config, frame.hidden());
    RotaryDescription rotary = frame.rotary(RotaryKeys.whole(10_000), heads);
    FeedForward mlp =
        FeedForward.read(config, frame.hidden()).biased(config.flag("mlp_bias", false));
    Norms norms = Norms.read(config, NormKind.RMS, frame.hidden(), 1e-6);
    Biases biases = Biases.all(config.flag("attention_bias", false));
    return frame.decoder(
        modelType(),
        norms,
        index -> {
          String block = names.block(index);
          AttentionDescription attention =
              heads.attention(block + "self_attn.", biases, null, rotary, heads.scores());
          return norms.before(index, names, attention, mlp.gated(block + "mlp."));
        });
  }
}
