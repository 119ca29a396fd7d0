package dev.espalier.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;

/**
 * How the series of rotary frequencies is changed for long contexts.
 *
 * @param given the scaling as config.json has it, or nothing
 * @param features of a head that turn
 * @param length of the sequence at hand
 */
record RotaryScale(ReferenceConfig config, JsonNode given, double theta, int features, int length) {

  Rotary rotary() {
    double[] plain = Rotary.series(theta, features);
    String type = given.path("rope_type").asText(given.path("type").asText("default"));
    return switch (type) {
      case "default" -> new Rotary(plain, 1);
      case "linear" -> new Rotary(Vectors.scaled(plain, 1 / number("factor", 1)), 1);
      case "dynamic" -> new Rotary(Rotary.series(dynamicTheta(), features), 1);
      case "llama3" -> new Rotary(Arrays.stream(plain).map(this::llama3).toArray(), 1);
      case "yarn" -> yarn(plain);
      case "longrope" -> longrope(plain);
      default -> throw new IllegalArgumentException("rope type " + type);
    };
  }

  private double number(String key, double otherwise) {
    return given.path(key).asDouble(otherwise);
  }

  private double maxPositions() {
    return config.number("max_position_embeddings", Double.NaN);
  }

  private double dynamicTheta() {
    double factor = number("factor", 1);
    double stretch = factor * Math.max(length, maxPositions()) / maxPositions() - (factor - 1);
    return theta * Math.pow(stretch, features / (features - 2.0));
  }

  private double llama3(double frequency) {
    double factor = number("factor", Double.NaN);
    double low = number("low_freq_factor", Double.NaN);
    double high = number("high_freq_factor", Double.NaN);
    double turns =
        number("original_max_position_embeddings", Double.NaN) * frequency / (2 * Math.PI);
    double kept = Math.min(1, Math.max(0, (turns - low) / (high - low)));
    return kept * frequency + (1 - kept) * frequency / factor;
  }

  private Rotary yarn(double[] plain) {
    double original = number("original_max_position_embeddings", maxPositions());
    double factor =
        given.has("original_max_position_embeddings")
            ? maxPositions() / original
            : number("factor", Double.NaN);
    double low = Math.max(0, Math.floor(turning(number("beta_fast", 32), original)));
    double high = Math.min(features - 1, Math.ceil(turning(number("beta_slow", 1), original)));
    double width = low == high ? 0.001 : high - low;
    double[] frequencies = new double[plain.length];
    Arrays.setAll(
        frequencies,
        i -> {
          double slowed = Math.min(1, Math.max(0, (i - low) / width));
          return plain[i] * (1 - slowed) + plain[i] / factor * slowed;
        });
    double attention = factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1;
    return new Rotary(frequencies, number("attention_factor", attention));
  }

  /** The (fractional) pair of features that turns so often within the original context. */
  private double turning(double turns, double original) {
    return features * Math.log(original / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
  }

  private Rotary longrope(double[] plain) {
    double original = config.number("original_max_position_embeddings", maxPositions());
    JsonNode divisors = given.get(length > original ? "long_factor" : "short_factor");
    double[] frequencies = plain.clone();
    Arrays.setAll(frequencies, i -> plain[i] / divisors.get(i).doubleValue());
    double factor = maxPositions() / original;
    double attention = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
    return new Rotary(frequencies, number("attention_factor", attention));
  }
}
