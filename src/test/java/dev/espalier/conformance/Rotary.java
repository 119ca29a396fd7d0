package dev.espalier.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Arrays;

/**
 * Rotary positions: of the first n features of a head, i turns with i + n/2.
 *
 * @param frequencies n/2, in radians per position
 * @param factor of cosine and sine
 */
record Rotary(double[] frequencies, double factor) {

  /** That of a block for sequences of that length. */
  static Rotary of(ReferenceConfig config, int block, int length) {
    JsonNode renewed = config.json().path("rope_parameters");
    if (renewed.has("full_attention")) {
      JsonNode own = renewed.get(config.slides(block) ? "sliding_attention" : "full_attention");
      return of(config, own, own.get("rope_theta").doubleValue(), length);
    }
    if (renewed.isObject()) {
      return of(config, renewed, renewed.get("rope_theta").doubleValue(), length);
    }
    if (config.has("rope_local_base_freq") && config.slides(block)) {
      double theta = config.number("rope_local_base_freq", 10000);
      return of(config, MissingNode.getInstance(), theta, length);
    }
    double theta = config.number("rope_theta", config.number("rotary_emb_base", 10000));
    return of(config, config.json().path("rope_scaling"), theta, length);
  }

  private static Rotary of(ReferenceConfig config, JsonNode given, double theta, int length) {
    double share = config.number("partial_rotary_factor", config.number("rotary_pct", 1));
    int features = (int) (config.headDim() * share);
    return new RotaryScale(config, given, theta, features, length).rotary();
  }

  /** The head of a query or key at that position. */
  double[] turn(double[] head, int position) {
    double[] turned = head.clone();
    int half = frequencies.length;
    for (int i = 0; i < half; i++) {
      double cos = factor * Math.cos(position * frequencies[i]);
      double sin = factor * Math.sin(position * frequencies[i]);
      turned[i] = head[i] * cos - head[i + half] * sin;
      turned[i + half] = head[i + half] * cos + head[i] * sin;
    }
    return turned;
  }

  /** 1, θ^(−2/n), θ^(−4/n) …: n/2 of them. */
  static double[] series(double theta, int features) {
    double[] frequencies = new double[features / 2];
    Arrays.setAll(frequencies, i -> Math.pow(theta, -2.0 * i / features));
    return frequencies;
  }
}
