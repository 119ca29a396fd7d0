package dev.espalier.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The model of a {@code tokenizer.json}, as far as it tells where a word can be cut: a byte-pair
 * encoder joins two characters that stand side by side only by a merge of which the left part ends
 * with the one and the right part begins with the other.
 */
final class TokenizerModel {
  private static final Pattern BYTE = Pattern.compile("<0x[0-9A-F]{2}>");

  private final Map<String, Integer> vocabulary = new HashMap<>();
  private final Map<String, JsonNode> settings = new HashMap<>();
  private final Set<Long> joins = new HashSet<>();
  private boolean mergesBytes;

  private TokenizerModel() {}

  /** Reads the model of a file. */
  static TokenizerModel read(Path file) throws IOException {
    TokenizerModel model = new TokenizerModel();
    try (JsonParser json = TokenizerJson.MAPPER.createParser(file.toFile())) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        boolean wanted = json.currentName().equals("model");
        json.nextToken();
        if (wanted && json.currentToken() == JsonToken.START_OBJECT) {
          model.readModel(json);
        } else {
          json.skipChildren();
        }
      }
    }
    return model;
  }

  private void readModel(JsonParser json) throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (name.equals("vocab") && value == JsonToken.START_OBJECT) {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          String token = json.currentName();
          json.nextToken();
          vocabulary.put(token, json.getIntValue());
        }
      } else if (name.equals("merges") && value == JsonToken.START_ARRAY) {
        readMerges(json);
      } else if (value.isStructStart()) {
        json.skipChildren();
      } else {
        settings.put(name, json.readValueAsTree());
      }
    }
  }

  /** Each is {@code "left right"}, or an array of both. */
  private void readMerges(JsonParser json) throws IOException {
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() == JsonToken.START_ARRAY) {
        String left = json.nextTextValue();
        String right = json.nextTextValue();
        merge(left, right);
        json.nextToken();
      } else {
        String both = json.getText();
        int space = both.indexOf(' ');
        merge(both.substring(0, space), both.substring(space + 1));
      }
    }
  }

  private void merge(String left, String right) {
    joins.add(pair(left.codePointBefore(left.length()), right.codePointAt(0)));
    mergesBytes |= BYTE.matcher(left).lookingAt() || BYTE.matcher(right).lookingAt();
  }

  private static long pair(int left, int right) {
    return (long) left << Integer.SIZE | right;
  }

  OptionalInt id(String token) {
    Integer id = vocabulary.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /**
   * Whether a word is the same tokens wherever else it ends, if it is cut between these two.
   *
   * @param left the last character before, as the model sees it
   * @param right the first one after
   */
  boolean parts(int left, int right) {
    return isPlainBytePairEncoder()
        && isKnown(left)
        && isKnown(right)
        && !joins.contains(pair(left, right));
  }

  /** Whose merges alone decide, always in the same way. */
  private boolean isPlainBytePairEncoder() {
    return text("type").equals("BPE")
        && setting("dropout").asDouble() == 0
        && text("continuing_subword_prefix").isEmpty()
        && text("end_of_word_suffix").isEmpty()
        && !flag("ignore_merges")
        && !mergesBytes;
  }

  private JsonNode setting(String name) {
    return settings.getOrDefault(name, MissingNode.getInstance());
  }

  private String text(String name) {
    return setting(name).isTextual() ? setting(name).textValue() : "";
  }

  private boolean flag(String name) {
    return setting(name).asBoolean();
  }

  /** Unknown characters may be fused to one token. */
  private boolean isKnown(int character) {
    return vocabulary.containsKey(Character.toString(character))
        || flag("byte_fallback") && vocabulary.containsKey("<0x00>");
  }
}
