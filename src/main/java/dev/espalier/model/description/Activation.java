package dev.espalier.model.description;

import dev.espalier.BadInputException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The non-linearity of the feed-forward part. */
public enum Activation {
  SILU("silu") {
    @Override
    public void applyInPlace(Tensor x) {
      torch.silu_(x);
    }
  };

  private final String configName;

  Activation(String configName) {
    this.configName = configName;
  }

  public abstract void applyInPlace(Tensor x);

  /** The activation of this name in config.json. */
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
