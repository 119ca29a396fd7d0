package dev.espalier.model.family;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.model.description.TensorShape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map.Entry;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What config.json of published models says, as far as it matters, is understood without a remark,
 * and the language model has as many weights as it is known to have.
 */
class PublishedConfigsTest {

  static Stream<Entry<String, JsonNode>> models() {
    Path file = Path.of("src", "test", "resources", "configs", "published.json");
    try {
      return new ObjectMapper().readTree(file.toFile()).properties().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void isAsLargeAsItIsKnownToBe(Entry<String, JsonNode> model) {
    JsonNode config = model.getValue().get("config");
    long parameters =
        ModelFamilies.describe(config).tensors().stream().mapToLong(TensorShape::elements).sum();
    assertEquals(model.getValue().get("parameters").longValue(), parameters);
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyKeyIsUnderstood(Entry<String, JsonNode> model) {
    JsonNode config = model.getValue().get("config");
    List<String> remarks = ModelFamilies.remarks(config);
    assertEquals(config.has("vision_config") ? 1 : 0, remarks.size(), String.join(" ", remarks));
  }
}
