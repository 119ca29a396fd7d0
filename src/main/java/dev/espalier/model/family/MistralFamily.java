package dev.espalier.model.family;

import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.NormKind;
import dev.espalier.model.description.RotaryDescription;
import dev.espalier.model.family.Heads.Biases;

/** Mistral: LLaMA with attention within a window. */
final class MistralFamily implements ModelFamily {

  @Override
  public String modelType() {
    return "mistral";
  }

  @Override
  public String architecture() {
    return "MistralForCausalLM";
  }

  @Override
  public DecoderDescription describe(ConfigReader config, Names names) {
    Frame frame = Frame.read(config, names, 131_072);
    Heads heads = Heads.read(config, frame.hidden());
    RotaryDescription rotary = frame.rotary(RotaryKeys.whole(10_000), heads);
    FeedForward mlp = FeedForward.read(config, frame.hidden());
    Norms norms = Norms.read(config, NormKind.RMS, frame.hidden(), 1e-6);
    Windows windows = Windows.read(config, frame.blocks(), 4096, block -> true);
    return frame.decoder(
        modelType(),
        norms,
        index -> {
          String block = names.block(index);
          AttentionDescription attention =
              heads.attention(
                  block + "self_attn.",
                  Biases.all(false),
                  null,
                  rotary,
                  windows.of(index, heads.scores()));
          return norms.before(index, names, attention, mlp.gated(block + "mlp."));
        });
  }
}
