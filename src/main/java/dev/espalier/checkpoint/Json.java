package dev.espalier.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The small JSON files beside the weights. */
final class Json {
  private static final long MAX_BYTES = 100_000_000;

  /** Python writes NaN and Infinity into configurations, so we read them. */
  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  /**
   * The JSON object in a file.
   *
   * @throws BadInputException if there is none
   */
  static ObjectNode readObject(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw Faults.in(file, "is larger than " + MAX_BYTES + " bytes, so not what its name says");
      }
      JsonNode node = MAPPER.readTree(Files.readAllBytes(file));
      if (node instanceof ObjectNode object) {
        return object;
      }
      throw Faults.in(file, "must hold a JSON object");
    } catch (JsonProcessingException e) {
      String detail = Faults.printable(e.getOriginalMessage());
      throw Faults.in(file, "is not valid JSON (" + detail + "); " + Faults.DAMAGED, e);
    } catch (IOException e) {
      throw Faults.reading(file, e);
    }
  }
}
