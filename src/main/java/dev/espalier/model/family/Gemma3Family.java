package dev.espalier.model.family;

import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.NormKind;
import dev.espalier.model.description.RotaryDescription;
import dev.espalier.model.description.RotaryScaling;
import dev.espalier.model.description.ScoreDescription;
import dev.espalier.model.family.Heads.Biases;

/**
 * The language model of Gemma 3: local blocks with rotary embeddings of their own, and a global one
 * every so many.
 */
final class Gemma3Family implements ModelFamily {

  @Override
  public String modelType() {
    return "gemma3_text";
  }

  @Override
  public String architecture() {
    return "Gemma3ForCausalLM";
  }

  @Override
  public DecoderDescription describe(ConfigReader config, Names names) {
    Frame frame = Frame.read(config, names, 131_072);
    Heads heads = Heads.read(config, frame.hidden(), 256);
    RotaryConfig rotary =
        new RotaryConfig(config, RotaryKeys.whole(1_000_000), heads.dim(), frame.maxPositions());
    RotaryDescription global = rotary.readKind("full_attention").orElseGet(rotary::read);
    RotaryDescription local =
        rotary.readKind("sliding_attention").orElseGet(() -> local(config, heads.dim()));
    FeedForward mlp = GemmaFamily.feedForward(config, frame.hidden());
    Norms norms = Norms.read(config, NormKind.RMS_AROUND_ONE, frame.hidden(), 1e-6);
    Biases biases = Biases.all(config.flag("attention_bias", false));
    int pattern = config.size("sliding_window_pattern", 6);
    Windows windows =
        Windows.read(config, frame.blocks(), 4096, block -> (block + 1) % pattern != 0);
    ScoreDescription scores =
        new ScoreDescription(
            Gemma2Family.scale(config), Double.POSITIVE_INFINITY, ScoreDescription.EVERYTHING);
    return frame.decoder(
        modelType(),
        frame.embedding().times(Math.sqrt(frame.hidden())),
        index -> {
          String module = names.block(index) + "self_attn.";
          AttentionDescription attention =
              heads.attention(
                  module,
                  biases,
                  heads.norms(norms.kind(), module, norms.epsilon()),
                  windows.isSliding(index) ? local : global,
                  windows.of(index, scores));
          return norms.around(index, names, attention, mlp.gated(names.block(index) + "mlp."));
        },
        frame
            .head(norms.named(names.tensor("norm")), true)
            .capped(Gemma2Family.cap(config, "final_logit_softcapping", Double.POSITIVE_INFINITY)));
  }

  private static RotaryDescription local(ConfigReader config, int headDim) {
    double theta = config.number("rope_local_base_freq", 10_000);
    return new RotaryDescription(headDim, theta, new RotaryScaling.None());
  }
}
