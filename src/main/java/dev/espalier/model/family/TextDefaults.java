package dev.espalier.model.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.files.Json;
import java.util.List;
import java.util.Map;

/**
 * The sizes that the reference library leaves out of a config.json that is inside of another one,
 * because they are the usual ones of their {@code model_type}.
 */
final class TextDefaults {
  private static final List<String> KEYS =
      List.of(
          "vocab_size",
          "hidden_size",
          "intermediate_size",
          "num_hidden_layers",
          "num_attention_heads",
          "num_key_value_heads");

  private static final Map<String, List<Integer>> SIZES =
      Map.of(
          "llama", List.of(32_000, 4096, 11_008, 32, 32),
          "mistral", List.of(32_000, 4096, 14_336, 32, 32, 8),
          "qwen2", List.of(151_936, 4096, 22_016, 32, 32, 32),
          "qwen2_5_vl_text", List.of(152_064, 8192, 29_568, 80, 64, 8),
          "gemma3_text", List.of(262_208, 2304, 9216, 26, 8, 4));

  private TextDefaults() {}

  /** For the caller to change; empty where none are known. */
  static ObjectNode of(String modelType) {
    ObjectNode defaults = Json.object();
    List<Integer> sizes = SIZES.getOrDefault(modelType, List.of());
    for (int i = 0; i < sizes.size(); i++) {
      defaults.put(KEYS.get(i), sizes.get(i));
    }
    if (modelType.equals("qwen2_5_vl_text")) {
      defaults.put("rms_norm_eps", 1e-5);
    }
    return defaults;
  }
}
