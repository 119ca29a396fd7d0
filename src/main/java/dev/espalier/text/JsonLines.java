package dev.espalier.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.espalier.BadInputException;
import dev.espalier.Setting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Reads a field, usually {@code text}, of every line of a file of JSON objects, as C4 is published.
 * What stands beside it is passed over, be it NaN, as Python writes it, or nested deeply.
 */
final class JsonLines {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /**
   * Other than {@link dev.espalier.files.Json}: a document may be as long as a string can be, while
   * the parser usually stops at 20 MB; and what a line holds beside its text is nobody's concern.
   */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxNestingDepth(Integer.MAX_VALUE)
                  .build())
          .build();

  private JsonLines() {}

  static List<String> texts(TextFile file, String field, LongConsumer progress) {
    List<String> texts = new ArrayList<>();
    file.lines(
        progress,
        (number, line) -> {
          // Files that were put together one after the other leave a mark at each beginning.
          String json = line.startsWith(BYTE_ORDER_MARK) ? line.substring(1) : line;
          if (!json.isBlank()) {
            texts.add(text(json, field, file.path() + " line " + number));
          }
        });
    return texts;
  }

  private static String text(String line, String field, String where) {
    try (JsonParser json = JSON.createParser(line)) {
      String text = null;
      boolean object = json.nextToken() == JsonToken.START_OBJECT;
      while (object && json.nextToken() == JsonToken.FIELD_NAME) {
        boolean wanted = json.currentName().equals(field);
        JsonToken value = json.nextToken();
        if (wanted) { // where a field stands twice, the last one counts, as everywhere
          text = value == JsonToken.VALUE_STRING ? json.getText() : null;
        }
        json.skipChildren();
      }
      json.skipChildren();
      if (json.nextToken() != null) {
        throw notJson(where, field, null);
      }
      if (text == null) {
        throw new BadInputException(
            "%1$s has no string field \"%2$s\": every line must be {\"%2$s\": \"…\"}"
                .formatted(where, field),
            Setting.TEXT_FIELD);
      }
      return wellFormed(text);
    } catch (JsonProcessingException e) {
      throw notJson(where, field, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // there is none in reading a string
    }
  }

  private static BadInputException notJson(String where, String field, Exception cause) {
    return new BadInputException(
        "%s is not a JSON object: every line must be {\"%s\": \"…\"}".formatted(where, field),
        cause);
  }

  /** JSON can escape half a surrogate pair, which no UTF-8 and no tokenizer can take. */
  private static String wellFormed(String text) {
    if (text.codePoints().noneMatch(JsonLines::isHalfPair)) {
      return text;
    }
    int[] codePoints = text.codePoints().map(c -> isHalfPair(c) ? '\uFFFD' : c).toArray();
    return new String(codePoints, 0, codePoints.length);
  }

  private static boolean isHalfPair(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }
}
