package dev.espalier.files;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** JSON files that others have written: what two readers could take differently is refused. */
public final class Json {
  private static final long MAX_BYTES = 100_000_000;

  /** Python writes NaN and Infinity into configurations, so we read them. */
  public static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  /** What is wrong and where; of what Jackson says, not the advice, which is for programmers. */
  public static String fault(JsonProcessingException e) {
    String what =
        e instanceof MismatchedInputException
            ? "more text after its end"
            : FileFaults.printable(e.getOriginalMessage().split(": ", 2)[0]);
    JsonLocation where = e.getLocation();
    return where == null
        ? what
        : "%s in line %d, column %d".formatted(what, where.getLineNr(), where.getColumnNr());
  }

  /**
   * The JSON object in a file.
   *
   * @throws BadInputException if there is none
   */
  public static ObjectNode readObject(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw FileFaults.in(
            file, "is larger than " + MAX_BYTES + " bytes, so not what its name says");
      }
      JsonNode node = MAPPER.readTree(Files.readAllBytes(file));
      if (node instanceof ObjectNode object) {
        return object;
      }
      throw FileFaults.in(file, "must hold a JSON object");
    } catch (JsonProcessingException e) {
      throw FileFaults.in(file, "is not valid JSON (" + fault(e) + "); " + FileFaults.DAMAGED, e);
    } catch (IOException e) {
      throw FileFaults.reading(file, e);
    }
  }
}
