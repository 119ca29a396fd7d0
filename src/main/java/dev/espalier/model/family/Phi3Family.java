package dev.espalier.model.family;

import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.NormKind;
import dev.espalier.model.description.QkvDescription.Rows;
import dev.espalier.model.description.RotaryDescription;
import dev.espalier.model.description.ScoreDescription;

/** Phi 3, 3.5 and 4: LLaMA with fused linears. */
final class Phi3Family implements ModelFamily {

  @Override
  public String modelType() {
    return "phi3";
  }

  @Override
  public String architecture() {
    return "Phi3ForCausalLM";
  }

  @Override
  public DecoderDescription describe(ConfigReader config, Names names) {
    Frame frame = Frame.read(config, names, 4096);
    Heads heads = Heads.read(config, frame.hidden());
    RotaryDescription rotary =
        frame.rotary(new RotaryKeys(RotaryKeys.THETA, 10_000, RotaryKeys.SHARE, 1, true), heads);
    FeedForward mlp = FeedForward.read(config, frame.hidden());
    Norms norms = Norms.read(config, NormKind.RMS, frame.hidden(), 1e-5);
    Windows windows =
        Windows.read(config, frame.blocks(), ScoreDescription.EVERYTHING, block -> true);
    return frame.decoder(
        modelType(),
        norms,
        index -> {
          String block = names.block(index);
          String module = block + "self_attn.";
          AttentionDescription attention =
              new AttentionDescription(
                  heads.count(),
                  heads.kvCount(),
                  heads.dim(),
                  heads.fused(module + "qkv_proj", false, Rows.BY_KIND),
                  null,
                  rotary,
                  windows.of(index, heads.scores()),
                  heads.output(module + "o_proj", false));
          return norms.before(index, names, attention, mlp.fused(block + "mlp."));
        });
  }
}
