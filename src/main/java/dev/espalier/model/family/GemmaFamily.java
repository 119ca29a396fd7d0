package dev.espalier.model.family;

import dev.espalier.Printable;
import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.NormKind;
import dev.espalier.model.description.RotaryDescription;
import dev.espalier.model.family.Heads.Biases;

/** Gemma: LLaMA with scaled embeddings, norms around one and tanh-GELU. */
final class GemmaFamily implements ModelFamily {

  @Override
  public String modelType() {
    return "gemma";
  }

  @Override
  public String architecture() {
    return "GemmaForCausalLM";
  }

  @Override
  public DecoderDescription describe(ConfigReader config, Names names) {
    Frame frame = Frame.read(config, names, 8192);
    Heads heads = Heads.read(config, frame.hidden(), 256);
    RotaryDescription rotary = frame.rotary(RotaryKeys.whole(10_000), heads);
    FeedForward mlp = feedForward(config, frame.hidden());
    Norms norms = Norms.read(config, NormKind.RMS_AROUND_ONE, frame.hidden(), 1e-6);
    Biases biases = Biases.all(config.flag("attention_bias", false));
    return frame.decoder(
        modelType(),
        frame.embedding().times(Math.sqrt(frame.hidden())),
        index -> {
          String block = names.block(index);
          AttentionDescription attention =
              heads.attention(block + "self_attn.", biases, null, rotary, heads.scores());
          return norms.before(index, names, attention, mlp.gated(block + "mlp."));
        },
        frame.head(norms.named(names.tensor("norm")), true));
  }

  /** Whatever {@code hidden_act} says: in old files it names an activation that was never meant. */
  static FeedForward feedForward(ConfigReader config, int hidden) {
    String usual = "gelu_pytorch_tanh";
    String named = config.text("hidden_act", usual);
    if (!config.has("hidden_activation") && !named.equals(usual)) {
      config.remark(
          ("config.json names the activation \"%s\" (\"hidden_act\"), which models of this type are"
                  + " computed without: they take %s, or what \"hidden_activation\" says.")
              .formatted(Printable.of(named), usual));
    }
    return new FeedForward(
        FeedForward.activation(config, "hidden_activation", usual),
        config.size("intermediate_size"),
        hidden,
        false);
  }
}
