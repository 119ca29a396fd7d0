package dev.espalier.model.family;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.model.description.ScoreDescription;
import java.util.function.IntPredicate;

/** Which blocks attend within a window, by {@code sliding_window} and {@code layer_types}. */
record Windows(int keys, IntPredicate sliding) {
  private static final String WINDOW = "sliding_window";
  private static final String TYPES = "layer_types";
  private static final String SLIDING = "sliding_attention";

  /**
   * @param absent the window where config.json does not speak of one; null there means none
   * @param usual which blocks have it where {@code layer_types} does not say
   */
  static Windows read(ConfigReader config, int blocks, int absent, IntPredicate usual) {
    boolean none = config.isNull(WINDOW);
    int keys = none ? ScoreDescription.EVERYTHING : config.size(WINDOW, absent);
    return new Windows(keys, config.has(TYPES) ? types(config, blocks) : usual);
  }

  /** Qwen's are off unless {@code use_sliding_window} says otherwise. */
  static Windows ofQwen(ConfigReader config, int blocks) {
    int first = config.count("max_window_layers", 28);
    Windows windows = read(config, blocks, 4096, block -> block >= first);
    return config.flag("use_sliding_window", false)
        ? windows
        : new Windows(ScoreDescription.EVERYTHING, windows.sliding);
  }

  private static IntPredicate types(ConfigReader config, int blocks) {
    JsonNode types = config.value(TYPES).orElseThrow();
    boolean known = types.isArray() && types.size() == blocks;
    for (JsonNode type : types) {
      known &= type.asText().equals(SLIDING) || type.asText().equals("full_attention");
    }
    if (!known) {
      throw config.wrong(
          TYPES, "a list of %d times \"%s\" or \"full_attention\"".formatted(blocks, SLIDING));
    }
    return block -> types.get(block).asText().equals(SLIDING);
  }

  boolean isSliding(int block) {
    return sliding.test(block);
  }

  ScoreDescription of(int block, ScoreDescription scores) {
    return isSliding(block) ? scores.within(keys) : scores;
  }
}
