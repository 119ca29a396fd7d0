package dev.espalier.model.family;

import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.NormKind;
import dev.espalier.model.description.RotaryDescription;
import dev.espalier.model.family.Heads.Biases;

/** Qwen 3: LLaMA with norms of each head's queries and keys, and windows in some blocks. */
final class Qwen3Family implements ModelFamily {

  @Override
  public String modelType() {
    return "qwen3";
  }

  @Override
  public String architecture() {
    return "Qwen3ForCausalLM";
  }

  @Override
  public DecoderDescription describe(ConfigReader config, Names names) {
    Frame frame = Frame.read(config, names, 32_768);
    Heads heads = Heads.read(config, frame.hidden(), 128);
    RotaryDescription rotary = frame.rotary(RotaryKeys.whole(10_000), heads);
    FeedForward mlp = FeedForward.read(config, frame.hidden());
    Norms norms = Norms.read(config, NormKind.RMS, frame.hidden(), 1e-6);
    Windows windows = Windows.ofLaterBlocks(config, frame.blocks());
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
                  heads.norms(NormKind.RMS, module, norms.epsilon()),
                  rotary,
                  windows.of(index, heads.scores()));
          return norms.before(index, names, attention, mlp.gated(block + "mlp."));
        });
  }
}
