package dev.espalier.model.description;

import dev.espalier.BadInputException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The non-linearity of the feed-forward part. */
public enum Activation {
  /** x · sigmoid(x). */
  SILU("silu", "swish");

  private final List<String> configNames;

  /**
   * @param configNames all that the reference library knows it by
   */
  Activation(String... configNames) {
    this.configNames = List.of(configNames);
  }

  /**
   * The activation of this name in config.json.
   *
   * @throws BadInputException if there is none; the message lists what is supported
   */
  public static Activation named(String configName) {
    return Arrays.stream(values())
        .filter(activation -> activation.configNames.contains(configName))
        .findFirst()
        .orElseThrow(
            () ->
                new BadInputException(
                    ("config.json: the activation \"%s\" (\"hidden_act\") is not supported; "
                            + "supported: %s.")
                        .formatted(configName, supported())));
  }

  private static String supported() {
    return Arrays.stream(values())
        .flatMap(value -> value.configNames.stream())
        .collect(Collectors.joining(", "));
  }
}
