package dev.espalier.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.espalier.BadInputException;
import java.util.ArrayList;
import java.util.List;

/** Reads the field {@code text} of every line of a file of JSON objects, as C4 is published. */
final class JsonLines {
  /**
   * Other than {@link dev.espalier.files.Json}: a document may be as long as a string can be, while
   * the parser usually stops at 20 MB; and what a line holds beside its text is nobody's concern.
   */
  private static final ObjectReader READER =
      new JsonMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
                  .build())
          .reader()
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private JsonLines() {}

  static List<String> texts(Utf8File file) {
    List<String> texts = new ArrayList<>();
    file.lines(
        (number, line) -> {
          if (!line.isBlank()) {
            texts.add(text(line, file.path() + " line " + number));
          }
        });
    return texts;
  }

  private static String text(String line, String where) {
    try {
      JsonNode text = READER.readTree(line).path("text");
      if (!text.isTextual()) {
        throw new BadInputException(
            where + " has no string field \"text\": every line must be {\"text\": \"…\"}");
      }
      return wellFormed(text.textValue());
    } catch (JsonProcessingException e) {
      throw new BadInputException(
          where + " is not a JSON object: every line must be {\"text\": \"…\"}", e);
    }
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
