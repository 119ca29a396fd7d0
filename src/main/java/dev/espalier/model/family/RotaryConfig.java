package dev.espalier.model.family;

import dev.espalier.model.description.RotaryDescription;
import dev.espalier.model.description.RotaryScaling;
import java.util.Optional;

/**
 * Reads the rotary keys of config.json, old and new: {@code rope_theta} beside {@code rope_scaling}
 * with its {@code type} or {@code rope_type}, or both inside {@code rope_parameters}. Which of them
 * counts is as in the reference library; where its versions differ, nothing is guessed.
 */
record RotaryConfig(ConfigReader config, RotaryKeys keys, int headDim, int maxPositions) {
  private static final String OLD = "rope_scaling";
  private static final String NEW = "rope_parameters";

  static RotaryDescription read(
      ConfigReader config, RotaryKeys keys, int headDim, int maxPositions) {
    return new RotaryConfig(config, keys, headDim, maxPositions).read();
  }

  RotaryDescription read() {
    Optional<RotaryDescription> old = scaled(OLD, config.object(OLD));
    Optional<RotaryDescription> renewed = scaled(NEW, config.object(NEW));
    if (old.isPresent() && renewed.isPresent() && !old.equals(renewed)) {
      config.remark(
          "config.json describes the rotary embeddings twice: \"%s\" counts, not \"%s\"."
              .formatted(OLD, NEW));
    }
    return old.or(() -> renewed).orElseGet(this::unscaled);
  }

  /** What {@code rope_parameters} has for blocks of this kind, if it has kinds. */
  Optional<RotaryDescription> readKind(String kind) {
    return config.object(NEW).flatMap(kinds -> scaled(NEW, kinds.object(kind)));
  }

  /** Without what is inside of the objects. */
  RotaryDescription unscaled() {
    return new RotaryDescription(
        features(config), config.number(keys.theta(), keys.usualTheta()), new RotaryScaling.None());
  }

  /** Empty where nothing is given, or nothing with a content. */
  private Optional<RotaryDescription> scaled(String key, Optional<ConfigReader> object) {
    return object
        .filter(given -> !given.unread().isEmpty())
        .map(
            given -> {
              double beside = config.number(keys.theta(), keys.usualTheta());
              double theta = given.number(RotaryKeys.THETA, beside);
              if (config.has(keys.theta()) && beside != theta) {
                config.remark(
                    "config.json gives \"%s\" twice: the one in \"%s\" counts, %s."
                        .formatted(RotaryKeys.THETA, key, theta));
              }
              int features = features(given);
              RotaryScaling scaling =
                  new ScalingConfig(config, given, features, maxPositions).read();
              given.remarkUnread();
              return new RotaryDescription(features, theta, scaling);
            });
  }

  private int features(ConfigReader given) {
    boolean inside = given != config && given.has(RotaryKeys.SHARE);
    ConfigReader reader = inside ? given : config;
    String key = inside ? RotaryKeys.SHARE : keys.share();
    double share = reader.number(key, keys.usualShare());
    int features = (int) (headDim * share);
    if (!keys.partial() && share != 1) {
      throw reader.wrong(key, "1, as only whole heads can be rotated");
    }
    if (share > 1 || features < 2 || features % 2 != 0) {
      throw reader.wrong(
          key, "such that an even number of a head's %d features is rotated".formatted(headDim));
    }
    return features;
  }
}
