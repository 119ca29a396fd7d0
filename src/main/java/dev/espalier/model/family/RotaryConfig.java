package dev.espalier.model.family;

import dev.espalier.BadInputException;
import dev.espalier.model.description.RotaryDescription;
import dev.espalier.model.description.RotaryScaling;
import java.util.Optional;

/**
 * Reads the rotary keys of config.json, old and new: {@code rope_theta} beside {@code rope_scaling}
 * with its {@code type} or {@code rope_type}, or both inside {@code rope_parameters}.
 */
final class RotaryConfig {
  private RotaryConfig() {}

  /**
   * @param features of a head, all of which are rotated
   */
  static RotaryDescription read(ConfigReader config, int features, double defaultTheta) {
    double theta = config.number("rope_theta", defaultTheta);
    Optional<ConfigReader> parameters =
        config.object("rope_scaling").or(() -> config.object("rope_parameters"));
    if (parameters.isEmpty()) {
      return new RotaryDescription(features, theta, new RotaryScaling.None());
    }
    ConfigReader given = parameters.get();
    if (given.number("partial_rotary_factor", 1) != 1) {
      throw given.wrong("partial_rotary_factor", "1, as only whole heads can be rotated");
    }
    return new RotaryDescription(features, given.number("rope_theta", theta), scaling(given));
  }

  private static RotaryScaling scaling(ConfigReader given) {
    String type = given.text("rope_type", given.text("type", "default"));
    return switch (type) {
      case "default" -> new RotaryScaling.None();
      case "linear" -> new RotaryScaling.Linear(given.number("factor"));
      case "llama3" -> llama3(given);
      default ->
          throw new BadInputException(
              ("config.json: rotary embeddings of type \"%s\" are not supported; "
                      + "supported: default, linear, llama3.")
                  .formatted(type));
    };
  }

  private static RotaryScaling llama3(ConfigReader given) {
    double low = given.number("low_freq_factor");
    double high = given.number("high_freq_factor");
    if (high <= low) {
      throw given.wrong("high_freq_factor", "greater than \"low_freq_factor\"");
    }
    return new RotaryScaling.Llama3(
        given.number("factor"), low, high, given.size("original_max_position_embeddings"));
  }
}
