package dev.espalier.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/** What config.json says, in its old and its new form, with the defaults of each family. */
record ReferenceConfig(JsonNode json) {
  private static final Set<String> TIED_UNLESS_SAID =
      Set.of("gemma", "gemma2", "gemma3_text", "opt");

  static ReferenceConfig read(Path folder) throws IOException {
    return new ReferenceConfig(new ObjectMapper().readTree(folder.resolve("config.json").toFile()));
  }

  String type() {
    return json.get("model_type").textValue();
  }

  boolean isGemma() {
    return type().startsWith("gemma");
  }

  boolean has(String key) {
    return json.hasNonNull(key);
  }

  int size(String key) {
    return json.get(key).intValue();
  }

  double number(String key, double otherwise) {
    return has(key) ? json.get(key).doubleValue() : otherwise;
  }

  boolean flag(String key, boolean otherwise) {
    return has(key) ? json.get(key).booleanValue() : otherwise;
  }

  int blocks() {
    return size("num_hidden_layers");
  }

  int hidden() {
    return size("hidden_size");
  }

  int heads() {
    return size("num_attention_heads");
  }

  int kvHeads() {
    return has("num_key_value_heads") ? size("num_key_value_heads") : heads();
  }

  int headDim() {
    return has("head_dim") ? size("head_dim") : hidden() / heads();
  }

  boolean tied() {
    return flag("tie_word_embeddings", TIED_UNLESS_SAID.contains(type()));
  }

  /** How many keys a query of the block sees, itself included. */
  int window(int block) {
    return has("sliding_window") && slides(block) ? size("sliding_window") : Integer.MAX_VALUE;
  }

  /** Whether the block's attention is a local one, if the model has windows. */
  boolean slides(int block) {
    if (has("layer_types")) {
      return json.get("layer_types").get(block).textValue().equals("sliding_attention");
    }
    return switch (type()) {
      case "gemma2" -> block % 2 == 0;
      case "gemma3_text" -> (block + 1) % size("sliding_window_pattern") != 0;
      case "qwen2", "qwen3", "qwen3_moe" ->
          flag("use_sliding_window", false) && block >= size("max_window_layers");
      default -> true;
    };
  }
}
