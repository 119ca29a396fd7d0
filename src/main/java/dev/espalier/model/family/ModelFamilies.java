package dev.espalier.model.family;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.BadInputException;
import dev.espalier.model.description.DecoderDescription;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The model families that can be pruned. */
public final class ModelFamilies {
  private static final List<ModelFamily> FAMILIES =
      List.of(
          new LlamaFamily(),
          new MistralFamily(),
          new Qwen2Family(),
          new Qwen2Family("qwen2_5_vl_text"),
          new Qwen3Family(),
          new GemmaFamily(),
          new Gemma2Family(),
          new Gemma3Family(),
          new OptFamily(),
          new GptNeoxFamily(),
          new Phi3Family(),
          new Olmo2Family());

  private ModelFamilies() {}

  /**
   * Reads a config.json of any supported family.
   *
   * @throws BadInputException if the family or one of its features is not supported, or a value is
   *     missing or wrong
   */
  public static DecoderDescription describe(JsonNode config) {
    Resolved model = Resolved.of(config);
    return model.describe(model.names().get(0));
  }

  /**
   * The same decoder as different checkpoints call its tensors, the usual way first: saved without
   * a head, or as a part of a larger model by one version of the library or another.
   */
  public static List<DecoderDescription> describeAll(JsonNode config) {
    return Resolved.of(config).names().stream()
        .map(names -> Resolved.of(config).describe(names))
        .toList();
  }

  /** What people should know of how a config.json is read. */
  public static List<String> remarks(JsonNode config) {
    Resolved model = Resolved.of(config);
    model.describe(model.names().get(0));
    return model.remarks();
  }

  static Optional<ModelFamily> of(String modelType) {
    return FAMILIES.stream().filter(family -> family.modelType().equals(modelType)).findFirst();
  }

  static String supported() {
    return Stream.concat(
            FAMILIES.stream().map(ModelFamily::modelType),
            Arrays.stream(Multimodal.values()).map(Multimodal::modelType))
        .collect(Collectors.joining(", "));
  }
}
