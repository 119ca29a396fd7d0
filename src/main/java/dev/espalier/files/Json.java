package dev.espalier.files;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * JSON documents, read and written in one way. Of what is read, files of others and our own, all
 * that two readers could take differently is refused: keys given twice, text after the end.
 */
public final class Json {
  private static final long MAX_BYTES = 100_000_000;

  /** Python writes NaN and Infinity into configurations, so we read them; we write them quoted. */
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .addModule(new OptionalNumbers())
          .build();

  private Json() {}

  /** An object to fill. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** An array to fill. */
  public static ArrayNode array() {
    return MAPPER.createArrayNode();
  }

  /** A record, list, map or other value as JSON. */
  public static JsonNode of(Object value) {
    return MAPPER.valueToTree(value);
  }

  /**
   * A value that {@link #of} has made JSON of.
   *
   * @throws JsonProcessingException if it is nothing of this type
   */
  public static <T> T value(JsonNode json, Class<T> type) throws JsonProcessingException {
    return MAPPER.treeToValue(json, type);
  }

  /** A document for programs: UTF-8 without line breaks. */
  public static byte[] bytes(JsonNode json) {
    try {
      return MAPPER.writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + json, e);
    }
  }

  /** A document for people, too: indented, without a final line break. */
  public static String pretty(JsonNode json) {
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + json, e);
    }
  }

  /** As read back from a file: 5 as an int and 5 as a long are different nodes until then. */
  public static ObjectNode canonical(ObjectNode json) {
    try {
      return (ObjectNode) MAPPER.readTree(bytes(json));
    } catch (IOException e) {
      throw new IllegalArgumentException("JSON that cannot be read back: " + json, e);
    }
  }

  /**
   * The document in a file.
   *
   * @throws JsonProcessingException if it is none; {@link #fault} says why
   * @throws IOException if it cannot be read
   */
  public static JsonNode read(Path file) throws IOException {
    return MAPPER.readTree(Files.readAllBytes(file));
  }

  /**
   * The document in a text.
   *
   * @throws JsonProcessingException if it is none; {@link #fault} says why
   */
  public static JsonNode parse(String text) throws JsonProcessingException {
    return MAPPER.readTree(text);
  }

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
   * @throws StorageException if the file cannot be read
   */
  public static ObjectNode readObject(Path file) {
    FirstBytes.requireJson(file);
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw FileFaults.in(
            file, "is larger than " + MAX_BYTES + " bytes, so not what its name says");
      }
      JsonNode node = read(file);
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
