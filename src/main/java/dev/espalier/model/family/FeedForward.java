package dev.espalier.model.family;

import dev.espalier.BadInputException;
import dev.espalier.Printable;
import dev.espalier.model.description.Activation;
import dev.espalier.model.description.GateUpDescription;
import dev.espalier.model.description.GatedMlpDescription;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.model.description.PlainMlpDescription;

/** The feed-forward part of a block, and what most families make of it. */
record FeedForward(Activation activation, int size, int hidden, boolean bias) {
  private static final String INPUT = "mlp";

  /** The usual one: {@code intermediate_size}, SiLU, no biases. */
  static FeedForward read(ConfigReader config, int hidden) {
    return new FeedForward(
        activation(config, "hidden_act", "silu"), config.size("intermediate_size"), hidden, false);
  }

  FeedForward biased(boolean biases) {
    return new FeedForward(activation, size, hidden, biases);
  }

  /**
   * @throws BadInputException if there is no such activation
   */
  static Activation activation(ConfigReader config, String key, String usual) {
    String name = config.text(key, usual);
    return Activation.named(name)
        .orElseThrow(
            () ->
                new BadInputException(
                    "config.json: the activation \"%s\" (\"%s\") is not supported; supported: %s."
                        .formatted(Printable.of(name), key, Activation.names())));
  }

  GatedMlpDescription gated(String module) {
    GateUpDescription gateUp =
        new GateUpDescription.Separate(up(module + "gate_proj", 1), up(module + "up_proj", 1));
    return new GatedMlpDescription(activation, gateUp, down(module + "down_proj"));
  }

  GatedMlpDescription fused(String module) {
    GateUpDescription gateUp = new GateUpDescription.Fused(up(module + "gate_up_proj", 2));
    return new GatedMlpDescription(activation, gateUp, down(module + "down_proj"));
  }

  PlainMlpDescription plain(String up, String down) {
    return new PlainMlpDescription(activation, up(up, 1), down(down));
  }

  private LinearDescription up(String module, int times) {
    return LinearDescription.ofModule(module, INPUT, times * size, hidden, bias);
  }

  private LinearDescription down(String module) {
    return LinearDescription.ofModule(module, "mlp_output", hidden, size, bias);
  }
}
