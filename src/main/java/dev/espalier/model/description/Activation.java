package dev.espalier.model.description;

import dev.espalier.BadInputException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The non-linearity of the feed-forward part. */
public enum Activation {
  /** x · sigmoid(x), also called swish. */
  SILU("silu");

  private final String configName;

  Activation(String configName) {
    this.configName = configName;
  }

  /**
   * The activation of this name in config.json.
   *
   * @throws BadInputException if there is none; the message lists what is supported
   */
  public static Activation named(String configName) {
    return Arrays.stream(values())
        .filter(activation -> activation.configName.equals(configName))
        .findFirst()
        .orElseThrow(
            () ->
                new BadInputException(
                    ("config.json: the activation \"%s\" (\"hidden_act\") is not supported; "
                            + "supported: %s.")
                        .formatted(configName, supported())));
  }

  private static String supported() {
    return Arrays.stream(values()).map(value -> value.configName).collect(Collectors.joining(", "));
  }
}
