package dev.espalier.conformance;

import java.util.Arrays;

/** A normalisation of a row. */
interface Norm {
  double[] apply(double[] x);

  /** The family's, with the tensors of a module. */
  static Norm of(ReferenceConfig config, String module, ReferenceWeights weights) {
    return switch (config.type()) {
      case "opt" -> layer(module, weights, 1e-5);
      case "gpt_neox" -> layer(module, weights, config.number("layer_norm_eps", 1e-5));
      default ->
          rms(
              weights.vector(module + ".weight"),
              config.isGemma() ? 1 : 0,
              config.number("rms_norm_eps", 1e-6));
    };
  }

  /** x / sqrt(mean(x²) + epsilon) · (offset + weight). */
  private static Norm rms(double[] weight, double offset, double epsilon) {
    return x -> {
      double factor = 1 / Math.sqrt(Vectors.dot(x, x) / x.length + epsilon);
      double[] result = new double[x.length];
      Arrays.setAll(result, i -> x[i] * factor * (offset + weight[i]));
      return result;
    };
  }

  /** Over x minus its mean, weight and bias where the checkpoint has them. */
  private static Norm layer(String module, ReferenceWeights weights, double epsilon) {
    return x -> {
      double mean = Arrays.stream(x).average().orElseThrow();
      double[] centred = Arrays.stream(x).map(value -> value - mean).toArray();
      double factor = 1 / Math.sqrt(Vectors.dot(centred, centred) / x.length + epsilon);
      double[] result = Vectors.scaled(centred, factor);
      if (weights.has(module + ".weight")) {
        double[] weight = weights.vector(module + ".weight");
        double[] bias = weights.vector(module + ".bias");
        Arrays.setAll(result, i -> result[i] * weight[i] + bias[i]);
      }
      return result;
    };
  }
}
