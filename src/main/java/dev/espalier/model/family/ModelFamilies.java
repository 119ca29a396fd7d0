package dev.espalier.model.family;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.BadInputException;
import dev.espalier.model.description.DecoderDescription;
import java.util.List;
import java.util.stream.Collectors;

/** The model families that can be pruned. */
public final class ModelFamilies {
  private static final List<ModelFamily> FAMILIES = List.of(new LlamaFamily());

  private ModelFamilies() {}

  /**
   * Reads a config.json of any supported family.
   *
   * @throws BadInputException if the family or one of its features is not supported, or a value is
   *     missing or wrong
   */
  public static DecoderDescription describe(JsonNode config) {
    ConfigReader reader = ConfigReader.of(config);
    if (!reader.has("model_type")) {
      throw new BadInputException(
          "config.json: \"model_type\" is missing; supported: %s.".formatted(supported()));
    }
    String modelType = reader.text("model_type", "");
    if (reader.has("quantization_config")) {
      throw new BadInputException(
          "config.json: the model is quantized (\"quantization_config\"); "
              + "supported: models in float32, bfloat16 or float16, so prune the original.");
    }
    return FAMILIES.stream()
        .filter(family -> family.modelType().equals(modelType))
        .findFirst()
        .orElseThrow(
            () ->
                new BadInputException(
                    "config.json: models of type \"%s\" are not supported; supported: %s."
                        .formatted(modelType, supported())))
        .describe(reader);
  }

  private static String supported() {
    return FAMILIES.stream().map(ModelFamily::modelType).collect(Collectors.joining(", "));
  }
}
