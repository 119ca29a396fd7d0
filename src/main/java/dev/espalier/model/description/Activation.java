package dev.espalier.model.description;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The non-linearity of the feed-forward part. */
public enum Activation {
  /** x · sigmoid(x). */
  SILU("silu", "swish"),
  /** x · Φ(x), with the error function. */
  GELU("gelu", "gelu_python"),
  /** x · (1 + tanh(√(2/π) · (x + 0.044715 · x³))) / 2. */
  GELU_TANH("gelu_pytorch_tanh", "gelu_new", "gelu_fast", "gelu_accurate", "gelu_python_tanh"),
  /** x · sigmoid(1.702 · x). */
  QUICK_GELU("quick_gelu"),
  /** max(x, 0). */
  RELU("relu"),
  /** max(x, 0)². */
  RELU_SQUARED("relu2");

  private final List<String> configNames;

  /**
   * @param configNames all that the reference library knows it by
   */
  Activation(String... configNames) {
    this.configNames = List.of(configNames);
  }

  /** The activation of this name in config.json, if there is one. */
  public static Optional<Activation> named(String configName) {
    return Arrays.stream(values())
        .filter(activation -> activation.configNames.contains(configName))
        .findFirst();
  }

  /** All names, for people. */
  public static String names() {
    return Arrays.stream(values())
        .flatMap(value -> value.configNames.stream())
        .collect(Collectors.joining(", "));
  }
}
