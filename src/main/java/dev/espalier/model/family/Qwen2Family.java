package dev.espalier.model.family;

import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.NormKind;
import dev.espalier.model.description.RotaryDescription;
import dev.espalier.model.family.Heads.Biases;

/** Qwen 2 and 2.5: LLaMA with biases on queries, keys and values, and windows in some blocks. */
final class Qwen2Family implements ModelFamily {
  private final String modelType;

  Qwen2Family() {
    this("qwen2");
  }

  /** By another name, as it has inside of larger models. */
  Qwen2Family(String modelType) {
    this.modelType = modelType;
  }

  @Override
  public String modelType() {
    return modelType;
  }

  @Override
  public String architecture() {
    return "Qwen2ForCausalLM";
  }

  @Override
  public DecoderDescription describe(ConfigReader config, Names names) {
    Frame frame = Frame.read(config, names, 32_768);
    Heads heads = Heads.read(config, frame.hidden());
    RotaryDescription rotary = frame.rotary(RotaryKeys.whole(10_000), heads);
    FeedForward mlp = FeedForward.read(config, frame.hidden());
    Norms norms = Norms.read(config, NormKind.RMS, frame.hidden(), 1e-6);
    Windows windows = Windows.ofLaterBlocks(config, frame.blocks());
    return frame.decoder(
        modelType(),
        norms,
        index -> {
          String block = names.block(index);
          AttentionDescription attention =
              heads.attention(
                  block + "self_attn.",
                  new Biases(true, false),
                  null,
                  rotary,
                  windows.of(index, heads.scores()));
          return norms.before(index, names, attention, mlp.gated(block + "mlp."));
        });
  }
}
