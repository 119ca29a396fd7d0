package dev.espalier.model.family;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.BadInputException;
import dev.espalier.Printable;
import dev.espalier.model.description.DecoderDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A config.json and the family that reads it.
 *
 * @param whole all of it
 * @param text what is of the language model, which may be all
 * @param wrapper the kind of the model around the language model, if there is one
 */
record Resolved(
    ConfigReader whole, ConfigReader text, ModelFamily family, Optional<Multimodal> wrapper) {
  private static final String TYPE = "model_type";

  /**
   * @throws BadInputException if there is no such family
   */
  static Resolved of(JsonNode config) {
    ConfigReader whole = ConfigReader.of(config);
    if (!whole.has(TYPE)) {
      throw new BadInputException(
          "config.json: \"model_type\" is missing; supported: %s."
              .formatted(ModelFamilies.supported()));
    }
    String type = whole.text(TYPE, "");
    Quantized.refuse(whole);
    Optional<Multimodal> wrapper = Multimodal.of(type);
    ConfigReader text = wrapper.map(known -> known.text(whole)).orElse(whole);
    Quantized.refuse(text);
    return new Resolved(whole, text, family(text), wrapper);
  }

  private static ModelFamily family(ConfigReader text) {
    String type = text.text(TYPE, "");
    return ModelFamilies.of(type)
        .orElseThrow(
            () ->
                new BadInputException(
                    "config.json: models of type \"%s\" are not supported%s; supported: %s."
                        .formatted(
                            Printable.of(type),
                            text.has("auto_map")
                                ? ", and code of a model's own (\"auto_map\") is not run"
                                : "",
                            ModelFamilies.supported())));
  }

  /** How checkpoints of it begin the names of tensors, the usual way first. */
  List<Names> names() {
    return wrapper.isPresent()
        ? Multimodal.names(family.prefix())
        : List.of(new Names(family.prefix(), ""), new Names("", ""));
  }

  DecoderDescription describe(Names names) {
    DecoderDescription decoder = family.describe(text, names);
    UnreadKeys.requireNeutral(text, decoder);
    return decoder;
  }

  /** After {@link #describe}: what people should know of how it was read. */
  List<String> remarks() {
    List<String> remarks = new ArrayList<>(text.remarks());
    wrapper
        .map(
            around ->
                ("Of the model of the type \"%s\" only the language model, of the type \"%s\", is run, on"
                        + " text; the parts for images stay as they are, dense.")
                    .formatted(around.modelType(), family.modelType()))
        .ifPresent(remarks::add);
    UnreadKeys.remark(text).ifPresent(remarks::add);
    if (whole.has("auto_map")) {
      remarks.add(
          ("config.json names code of the model's own (\"auto_map\"), which is not run: "
                  + "the model is computed as any of the type \"%s\".")
              .formatted(family.modelType()));
    }
    otherArchitecture()
        .map(
            other ->
                "config.json calls the model a %s; it is computed as a %s, as its type \"%s\" says."
                    .formatted(other, architecture(), whole.text(TYPE, "")))
        .ifPresent(remarks::add);
    return remarks;
  }

  private String architecture() {
    return wrapper.map(Multimodal::architecture).orElse(family.architecture());
  }

  private Optional<String> otherArchitecture() {
    return whole
        .value("architectures")
        .filter(named -> !ConfigKey.isOff(named))
        .map(named -> named.path(0).asText(named.asText()))
        .filter(named -> !named.equalsIgnoreCase(architecture()))
        .map(Printable::of);
  }
}
