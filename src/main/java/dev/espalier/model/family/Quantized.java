package dev.espalier.model.family;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.BadInputException;
import java.util.List;

/** The keys of config.json by which a checkpoint says that its weights are not plain numbers. */
final class Quantized {
  private static final String MLX = "quantization";

  private static final List<String> KEYS =
      List.of(MLX, "quantization_config", "compression_config", "sparsity_config");

  /** Where the keys of the methods say which it is. */
  private static final List<String> METHODS = List.of("quant_method", "format", "bits");

  private Quantized() {}

  /**
   * @throws BadInputException if the model is quantized or compressed
   */
  static void refuse(ConfigReader config) {
    for (String key : KEYS) {
      config
          .value(key)
          .filter(value -> !isPlain(value))
          .ifPresent(
              value -> {
                throw new BadInputException(
                    ("config.json: the model is quantized or compressed (\"%s\"%s); supported: models"
                            + " in float32, bfloat16 or float16, so prune the original.")
                        .formatted(
                            key, method(value) + (key.equals(MLX) ? ", as MLX writes it" : "")));
              });
    }
  }

  /** Nothing, or the format that says of weights with zeros in them that they are as always. */
  private static boolean isPlain(JsonNode value) {
    return ConfigKey.isOff(value)
        || (value.path("format").asText("dense").equals("dense")
            && (value.has("format") || value.has("sparsity_config"))
            && ConfigKey.isOff(value.path("config_groups"))
            && (!value.has("sparsity_config") || isPlain(value.get("sparsity_config"))));
  }

  private static String method(JsonNode value) {
    return METHODS.stream()
        .filter(value::hasNonNull)
        .findFirst()
        .map(key -> ": " + key + " " + ConfigReader.abbreviated(value.get(key)))
        .orElse("");
  }
}
