package dev.espalier.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a {@code tokenizer.json} says besides its model, which is large: how text is changed and
 * split before the model sees it, and which tokens are found in it as they are spelled.
 *
 * @param normalizer changes the text; null of JSON if nothing does
 * @param preTokenizer splits it; null of JSON if nothing does
 * @param addedTokens tokens that are looked for before anything else
 */
record TokenizerJson(JsonNode normalizer, JsonNode preTokenizer, List<AddedToken> addedTokens) {
  static final JsonMapper MAPPER =
      new JsonMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
              .build());

  /**
   * A token that stands for its spelling wherever a text has it.
   *
   * @param context whether what stands around it decides, or goes with it
   */
  record AddedToken(String content, boolean context) {
    static AddedToken of(JsonNode node) {
      return new AddedToken(
          node.path("content").asText(),
          node.path("single_word").asBoolean()
              || node.path("lstrip").asBoolean()
              || node.path("rstrip").asBoolean());
    }
  }

  /**
   * Reads a file.
   *
   * @throws IOException if it cannot be read or is no JSON object
   */
  static TokenizerJson read(Path file) throws IOException {
    Map<String, JsonNode> parts = new HashMap<>();
    List<AddedToken> added = new ArrayList<>();
    try (JsonParser json = MAPPER.createParser(file.toFile())) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("not a JSON object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        switch (name) {
          case "normalizer", "pre_tokenizer" -> parts.put(name, json.readValueAsTree());
          case "added_tokens" -> {
            JsonNode tokens = json.readValueAsTree();
            tokens.forEach(token -> added.add(AddedToken.of(token)));
          }
          case "post_processor" -> PostProcessorCheck.require(json.readValueAsTree());
          default -> json.skipChildren();
        }
      }
    }
    return new TokenizerJson(
        parts.getOrDefault("normalizer", NullNode.instance),
        parts.getOrDefault("pre_tokenizer", NullNode.instance),
        List.copyOf(added));
  }

  /** Whether the pre-tokenizer puts a space before a text; absent if it is of no such kind. */
  Optional<Boolean> addsPrefixSpace() {
    return preTokenizer.path("type").asText().equals("ByteLevel")
        ? Optional.of(preTokenizer.path("add_prefix_space").asBoolean(true))
        : Optional.empty();
  }

  /**
   * The text of a file with another setting of the pre-tokenizer.
   *
   * @param json of {@code tokenizer.json}
   * @param adds whether it puts a space before a text
   */
  String withPrefixSpace(byte[] json, boolean adds) throws IOException {
    ObjectNode changed = ((ObjectNode) preTokenizer.deepCopy()).put("add_prefix_space", adds);
    try (JsonParser parser = MAPPER.createParser(json)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean wanted = parser.currentName().equals("pre_tokenizer");
        parser.nextToken();
        int from = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        int to = (int) parser.currentLocation().getByteOffset();
        if (wanted) {
          return new String(json, 0, from, UTF_8)
              + changed
              + new String(json, to, json.length - to, UTF_8);
        }
      }
    }
    throw new IllegalStateException("there is no pre-tokenizer");
  }
}
