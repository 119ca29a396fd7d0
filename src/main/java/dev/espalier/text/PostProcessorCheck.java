package dev.espalier.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/**
 * Looks for what the tokenizers library takes, but later ends the whole process for: a template
 * that puts in a token which is not among its own.
 */
final class PostProcessorCheck {
  private PostProcessorCheck() {}

  /**
   * @param processor of {@code tokenizer.json}; null of JSON if there is none
   * @throws IOException saying what is wrong with it
   */
  static void require(JsonNode processor) throws IOException {
    for (JsonNode part : processor.path("processors")) {
      require(part);
    }
    JsonNode tokens = processor.path("special_tokens");
    for (String template : new String[] {"single", "pair"}) {
      for (JsonNode piece : processor.path(template)) {
        JsonNode id = piece.path("SpecialToken").path("id");
        if (id.isTextual() && !tokens.has(id.asText())) {
          throw new IOException(
              "its post-processor puts in %s, which is not among its special_tokens".formatted(id));
        }
      }
    }
  }
}
