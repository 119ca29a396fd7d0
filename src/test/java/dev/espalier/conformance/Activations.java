package dev.espalier.conformance;

import java.util.function.DoubleUnaryOperator;

/** The non-linearities by their names in config.json. */
final class Activations {
  private Activations() {}

  static DoubleUnaryOperator of(ReferenceConfig config) {
    for (String key : new String[] {"hidden_activation", "hidden_act", "activation_function"}) {
      if (config.has(key)) {
        return named(config.json().get(key).textValue());
      }
    }
    throw new IllegalArgumentException("config.json names no activation");
  }

  private static DoubleUnaryOperator named(String name) {
    return switch (name) {
      case "silu" -> x -> x / (1 + Math.exp(-x));
      case "relu" -> x -> Math.max(0, x);
      case "gelu" -> x -> x / 2 * (1 + erf(x / Math.sqrt(2)));
      case "gelu_pytorch_tanh" ->
          x -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
      default -> throw new IllegalArgumentException("activation " + name);
    };
  }

  /** 2/√π · exp(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!!, of which all terms have one sign. */
  private static double erf(double x) {
    if (Math.abs(x) > 6) {
      return Math.signum(x);
    }
    double sum = 0;
    double term = x;
    for (int n = 1; sum + term != sum; n++) {
      sum += term;
      term *= 2 * x * x / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }
}
