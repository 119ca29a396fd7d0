package dev.espalier.model.family;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Models that read more than text around a language model of a known family, which is what is
 * pruned of them.
 */
enum Multimodal {
  GEMMA3("gemma3", "Gemma3ForConditionalGeneration", "gemma3_text"),
  LLAVA("llava", "LlavaForConditionalGeneration", "llama"),
  LLAVA_NEXT("llava_next", "LlavaNextForConditionalGeneration", "llama"),
  MISTRAL3("mistral3", "Mistral3ForConditionalGeneration", "mistral"),
  QWEN2_5_VL("qwen2_5_vl", "Qwen2_5_VLForConditionalGeneration", "qwen2_5_vl_text");

  /** Where current files have the language model's config.json. */
  private static final String INSIDE = "text_config";

  private static final String TYPE = "model_type";
  private static final String TIED = "tie_word_embeddings";

  private final String modelType;
  private final String architecture;
  private final String usualText;

  /**
   * @param usualText the {@code model_type} of the language model where config.json does not say
   */
  Multimodal(String modelType, String architecture, String usualText) {
    this.modelType = modelType;
    this.architecture = architecture;
    this.usualText = usualText;
  }

  static Optional<Multimodal> of(String modelType) {
    return Arrays.stream(values()).filter(known -> known.modelType.equals(modelType)).findFirst();
  }

  String modelType() {
    return modelType;
  }

  String architecture() {
    return architecture;
  }

  /**
   * The language model's config.json: what is given inside of {@code text_config}, or beside it in
   * old files, and what the reference library leaves out there because it is usual.
   */
  ConfigReader text(ConfigReader whole) {
    Optional<JsonNode> inside = whole.value(INSIDE);
    ObjectNode given =
        inside.isPresent() ? whole.object(INSIDE).orElseThrow().copy() : whole.copy();
    if (inside.isEmpty() || !given.hasNonNull(TYPE)) {
      given.put(TYPE, usualText);
    }
    if (!given.has(TIED) && whole.has(TIED)) {
      given.set(TIED, whole.value(TIED).orElseThrow());
    }
    ObjectNode all = TextDefaults.of(given.path(TYPE).asText());
    all.setAll(given);
    return whole.inside(all, inside.isPresent() ? INSIDE + "." : "");
  }

  /** What the tensors of a language model are called here, by any version of the library. */
  static List<Names> names(String prefix) {
    return List.of(
        new Names("language_model." + prefix, "language_model."),
        new Names(prefix + "language_model.", ""),
        new Names(prefix, ""),
        new Names("language_model.", ""));
  }
}
