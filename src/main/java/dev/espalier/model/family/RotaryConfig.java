package dev.espalier.model.family;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.BadInputException;
import dev.espalier.Printable;
import dev.espalier.model.description.RotaryDescription;
import dev.espalier.model.description.RotaryScaling;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the rotary keys of config.json, old and new: {@code rope_theta} beside {@code rope_scaling}
 * with its {@code type} or {@code rope_type}, or both inside {@code rope_parameters}. Which of them
 * counts is as in the reference library; where its versions differ, nothing is guessed.
 */
final class RotaryConfig {
  private static final String OLD = "rope_scaling";
  private static final String NEW = "rope_parameters";
  private static final String THETA = "rope_theta";
  private static final String PARTIAL = "partial_rotary_factor";
  private static final String TYPE = "rope_type";
  private static final String OLD_TYPE = "type";

  private RotaryConfig() {}

  /**
   * @param features of a head, all of which are rotated
   */
  static RotaryDescription read(ConfigReader config, int features, double defaultTheta) {
    requireWholeHeads(config);
    Optional<RotaryDescription> old = scaled(config, OLD, features, defaultTheta);
    Optional<RotaryDescription> renewed = scaled(config, NEW, features, defaultTheta);
    if (old.isPresent() && renewed.isPresent() && !old.equals(renewed)) {
      config.remark(
          "config.json describes the rotary embeddings twice: \"%s\" counts, not \"%s\"."
              .formatted(OLD, NEW));
    }
    return old.or(() -> renewed)
        .orElseGet(
            () ->
                new RotaryDescription(
                    features, config.number(THETA, defaultTheta), new RotaryScaling.None()));
  }

  /** Empty where nothing is given, or nothing with a content. */
  private static Optional<RotaryDescription> scaled(
      ConfigReader config, String key, int features, double defaultTheta) {
    return config
        .object(key)
        .filter(given -> !given.unread().isEmpty())
        .map(
            given -> {
              requireWholeHeads(given);
              double theta = given.number(THETA, config.number(THETA, defaultTheta));
              if (config.has(THETA) && config.number(THETA, theta) != theta) {
                config.remark(
                    "config.json gives \"%s\" twice: the one in \"%s\" counts, %s."
                        .formatted(THETA, key, theta));
              }
              return new RotaryDescription(features, theta, scaling(given));
            });
  }

  private static void requireWholeHeads(ConfigReader given) {
    if (given.number(PARTIAL, 1) != 1) {
      throw given.wrong(PARTIAL, "1, as only whole heads can be rotated");
    }
  }

  private static RotaryScaling scaling(ConfigReader given) {
    String type = type(given);
    return switch (type) {
      case "default" -> new RotaryScaling.None();
      case "linear" -> new RotaryScaling.Linear(given.number("factor"));
      case "llama3" -> llama3(given);
      default ->
          throw new BadInputException(
              ("config.json: rotary embeddings of type \"%s\" are not supported; "
                      + "supported: default, linear, llama3.")
                  .formatted(Printable.of(type)));
    };
  }

  /** Old versions of the library take the old key, new ones the new. */
  private static String type(ConfigReader given) {
    if (given.has(TYPE) && given.has(OLD_TYPE)) {
      String type = given.text(TYPE, "");
      if (!type.equals(given.text(OLD_TYPE, ""))) {
        throw given.wrong(
            OLD_TYPE, "the same as \"%s\" (%s), or be left out".formatted(TYPE, type));
      }
      return type;
    }
    if (given.has(TYPE) || given.has(OLD_TYPE)) {
      return given.text(TYPE, given.text(OLD_TYPE, ""));
    }
    for (Map.Entry<String, JsonNode> rest : given.unread().entrySet()) {
      if (rest.getValue().isObject()) {
        throw given.wrong(rest.getKey(), "left out, as all blocks have the same rotary embeddings");
      }
      throw given.missing(TYPE, "default, linear or llama3");
    }
    return "default";
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
