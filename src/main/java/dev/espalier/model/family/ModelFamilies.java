package dev.espalier.model.family;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.BadInputException;
import dev.espalier.Printable;
import dev.espalier.model.description.DecoderDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The model families that can be pruned. */
public final class ModelFamilies {
  private static final List<ModelFamily> FAMILIES =
      List.of(
          new LlamaFamily(),
          new MistralFamily(),
          new Qwen2Family(),
          new Qwen3Family(),
          new GemmaFamily(),
          new Gemma2Family(),
          new Gemma3Family(),
          new OptFamily(),
          new GptNeoxFamily(),
          new Phi3Family(),
          new Olmo2Family(),
          new MixtralFamily(),
          new Qwen3MoeFamily());

  private ModelFamilies() {}

  /**
   * Reads a config.json of any supported family.
   *
   * @throws BadInputException if the family or one of its features is not supported, or a value is
   *     missing or wrong
   */
  public static DecoderDescription describe(JsonNode config) {
    ConfigReader reader = ConfigReader.of(config);
    ModelFamily family = family(reader);
    return describe(reader, family, usual(family));
  }

  /** The same decoder as a checkpoint calls its tensors that was saved without a head. */
  public static DecoderDescription describeBase(JsonNode config) {
    ConfigReader reader = ConfigReader.of(config);
    return describe(reader, family(reader), new Names("", ""));
  }

  /** What people should know of how a config.json is read. */
  public static List<String> remarks(JsonNode config) {
    ConfigReader reader = ConfigReader.of(config);
    ModelFamily family = family(reader);
    describe(reader, family, usual(family));
    List<String> remarks = new ArrayList<>(reader.remarks());
    UnreadKeys.remark(reader).ifPresent(remarks::add);
    if (reader.has("auto_map")) {
      remarks.add(
          ("config.json names code of the model's own (\"auto_map\"), which is not run: "
                  + "the model is computed as any of the type \"%s\".")
              .formatted(family.modelType()));
    }
    otherArchitecture(reader, family)
        .map(
            other ->
                "config.json calls the model a %s; it is computed as a %s, as its type \"%s\" says."
                    .formatted(other, family.architecture(), family.modelType()))
        .ifPresent(remarks::add);
    return remarks;
  }

  private static Optional<String> otherArchitecture(ConfigReader reader, ModelFamily family) {
    return reader
        .value("architectures")
        .filter(named -> !ConfigKey.isOff(named))
        .map(named -> named.path(0).asText(named.asText()))
        .filter(named -> !named.equalsIgnoreCase(family.architecture()))
        .map(Printable::of);
  }

  private static DecoderDescription describe(ConfigReader reader, ModelFamily family, Names names) {
    DecoderDescription decoder = family.describe(reader, names);
    UnreadKeys.requireNeutral(reader, decoder);
    return decoder;
  }

  private static Names usual(ModelFamily family) {
    return new Names(family.prefix(), "");
  }

  private static ModelFamily family(ConfigReader reader) {
    if (!reader.has("model_type")) {
      throw new BadInputException(
          "config.json: \"model_type\" is missing; supported: %s.".formatted(supported()));
    }
    String modelType = reader.text("model_type", "");
    Quantized.refuse(reader);
    return FAMILIES.stream()
        .filter(family -> family.modelType().equals(modelType))
        .findFirst()
        .orElseThrow(
            () ->
                new BadInputException(
                    "config.json: models of type \"%s\" are not supported%s; supported: %s."
                        .formatted(
                            Printable.of(modelType),
                            reader.has("auto_map")
                                ? ", and code of a model's own (\"auto_map\") is not run"
                                : "",
                            supported())));
  }

  private static String supported() {
    return FAMILIES.stream().map(ModelFamily::modelType).collect(Collectors.joining(", "));
  }
}
