package dev.espalier.model.family;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.BadInputException;
import dev.espalier.Printable;
import dev.espalier.model.description.DynamicScaling;
import dev.espalier.model.description.LongRopeScaling;
import dev.espalier.model.description.RotaryScaling;
import dev.espalier.model.description.YarnScaling;
import java.util.Map;

/**
 * How rotary embeddings are stretched, by what is given inside of {@code rope_scaling} or {@code
 * rope_parameters}.
 *
 * @param config what that is inside of
 * @param features of a head that are rotated
 */
record ScalingConfig(ConfigReader config, ConfigReader given, int features, int maxPositions) {
  private static final String TYPE = "rope_type";
  private static final String OLD_TYPE = "type";
  private static final String FACTOR = "factor";
  private static final String MAGNITUDE = "attention_factor";
  private static final String ORIGINAL = "original_max_position_embeddings";
  private static final String TYPES = "default, linear, dynamic, yarn, longrope, llama3";

  RotaryScaling read() {
    String type = type();
    return switch (type) {
      case "default", "mrope" -> plain();
      case "linear" -> new RotaryScaling.Linear(given.number(FACTOR));
      case "dynamic" -> new DynamicScaling(given.number(FACTOR), maxPositions);
      case "yarn" -> given.has("long_factor") ? longRope() : yarn();
      case "longrope", "su" -> longRope();
      case "llama3" -> llama3();
      default ->
          throw new BadInputException(
              ("config.json: rotary embeddings of type \"%s\" are not supported; supported: %s.")
                  .formatted(Printable.of(type), TYPES));
    };
  }

  /** Old versions of the library take the old key, new ones the new. */
  private String type() {
    if (given.has(TYPE) && given.has(OLD_TYPE)) {
      String type = given.text(TYPE, "");
      String old = given.text(OLD_TYPE, "");
      if (!type.equals(old) && !(old.equals("mrope") && type.equals("default"))) {
        throw given.wrong(
            OLD_TYPE, "the same as \"%s\" (%s), or be left out".formatted(TYPE, type));
      }
      return old;
    }
    if (given.has(TYPE) || given.has(OLD_TYPE)) {
      return given.text(TYPE, given.text(OLD_TYPE, ""));
    }
    for (Map.Entry<String, JsonNode> rest : given.unread().entrySet()) {
      if (rest.getValue().isObject()) {
        throw given.wrong(rest.getKey(), "left out, as all blocks have the same rotary embeddings");
      }
      throw given.missing(TYPE, "one of " + TYPES);
    }
    return "default";
  }

  /** Also where images have positions of three kinds: in a text they are the same. */
  private RotaryScaling plain() {
    given.has("mrope_section");
    return new RotaryScaling.None();
  }

  private RotaryScaling llama3() {
    double low = given.number("low_freq_factor");
    double high = given.number("high_freq_factor");
    if (high <= low) {
      throw given.wrong("high_freq_factor", "greater than \"low_freq_factor\"");
    }
    return new RotaryScaling.Llama3(given.number(FACTOR), low, high, given.size(ORIGINAL));
  }

  private RotaryScaling yarn() {
    int original = given.size(ORIGINAL, maxPositions);
    double ratio = (double) maxPositions / original;
    double factor = given.has(ORIGINAL) ? given.number(FACTOR, ratio) : given.number(FACTOR);
    if (given.has(ORIGINAL) && factor != ratio) {
      config.remark(
          ("config.json stretches rotary embeddings (yarn) by %s, though its contexts differ by %s; the"
                  + " former counts.")
              .formatted(factor, ratio));
    }
    return new YarnScaling(
        factor,
        given.number("beta_fast", 32),
        given.number("beta_slow", 1),
        given.flag("truncate", true),
        original,
        given.number(MAGNITUDE, yarnMagnitude(factor)));
  }

  private double yarnMagnitude(double factor) {
    boolean both = given.has("mscale") & given.has("mscale_all_dim");
    return both
        ? YarnScaling.magnitude(factor, given.number("mscale"))
            / YarnScaling.magnitude(factor, given.number("mscale_all_dim"))
        : YarnScaling.magnitude(factor, 1);
  }

  private RotaryScaling longRope() {
    boolean known = given.has(ORIGINAL) || config.has(ORIGINAL);
    int original = given.size(ORIGINAL, config.size(ORIGINAL, maxPositions));
    double factor = known ? (double) maxPositions / original : given.number(FACTOR, 1);
    given.has(FACTOR);
    return new LongRopeScaling(
        given.numbers("short_factor", features / 2),
        given.numbers("long_factor", features / 2),
        original,
        given.number(MAGNITUDE, LongRopeScaling.magnitude(factor, original)));
  }
}
