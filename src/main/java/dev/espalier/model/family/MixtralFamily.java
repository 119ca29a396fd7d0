package dev.espalier.model.family;

import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.NormKind;
import dev.espalier.model.description.RotaryDescription;
import dev.espalier.model.description.ScoreDescription;
import dev.espalier.model.family.Heads.Biases;
import java.util.List;

/** Mixtral: Mistral with experts in the place of the feed-forward part. */
final class MixtralFamily implements ModelFamily {

  @Override
  public String modelType() {
    return "mixtral";
  }

  @Override
  public String architecture() {
    return "MixtralForCausalLM";
  }

  @Override
  public boolean hasExperts() {
    return true;
  }

  @Override
  public DecoderDescription describe(ConfigReader config, Names names) {
    Frame frame = Frame.read(config, names, 131_072);
    Heads heads = Heads.read(config, frame.hidden());
    RotaryDescription rotary = frame.rotary(RotaryKeys.whole(1_000_000), heads);
    Norms norms = Norms.read(config, NormKind.RMS, frame.hidden(), 1e-5);
    Windows windows =
        Windows.read(config, frame.blocks(), ScoreDescription.EVERYTHING, block -> true);
    int experts = config.size("num_local_experts", 8);
    Mixture mixture =
        new Mixture(
            FeedForward.read(config, frame.hidden()),
            experts,
            Mixture.chosen(config, 2, experts),
            true,
            List.of("w1", "w3", "w2"));
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
          return norms.before(
              index,
              names,
              attention,
              mixture.of(
                  block + (names.stacked() ? "mlp." : "block_sparse_moe."), names.stacked()));
        });
  }
}
