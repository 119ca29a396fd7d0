package dev.espalier.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.StorageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @TempDir Path temp;

  private record Point(String name, double at, List<Integer> path) {}

  private Path file(String text) throws IOException {
    return Files.writeString(temp.resolve("a.json"), text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"a\": 1, \"a\": 1}", "{} {}", "{}x", "{\"a\": 1", "{'a': 1}"})
  void whatTwoReadersCouldTakeDifferentlyIsRefused(String text) throws IOException {
    Path file = file(text);
    assertThrows(JsonProcessingException.class, () -> Json.read(file));
    Exception refusal = assertThrows(BadInputException.class, () -> Json.readObject(file));
    assertTrue(refusal.getMessage().startsWith(file + ": is not valid JSON ("));
  }

  @Test
  void whatPythonWritesIsRead() throws IOException {
    ObjectNode json = Json.readObject(file("{\"a\": NaN, \"b\": -Infinity}"));
    assertTrue(Double.isNaN(json.get("a").asDouble()));
    assertEquals(Double.NEGATIVE_INFINITY, json.get("b").asDouble());
  }

  @Test
  void anObjectIsCalledForWhereOneIsNeeded() throws IOException {
    Path array = file("[1]");
    assertEquals(1, Json.read(array).size());
    assertThrows(BadInputException.class, () -> Json.readObject(array));
    Path none = temp.resolve("none.json");
    assertThrows(IOException.class, () -> Json.read(none));
    assertThrows(StorageException.class, () -> Json.readObject(none));
  }

  @Test
  void valuesComeBackAsTheyWere() throws IOException {
    Point point = new Point("p", Double.NaN, List.of(3, 1));
    JsonNode json = Json.of(point);
    Files.write(temp.resolve("p.json"), Json.bytes(json));
    assertEquals(point, Json.value(json, Point.class));
    assertEquals(point, Json.value(Json.read(temp.resolve("p.json")), Point.class));
    JsonNode other = Json.of(List.of(1));
    assertThrows(JsonProcessingException.class, () -> Json.value(other, Point.class));
  }

  /** Reports are compared by their bytes, and schemas know of quoted numbers only. */
  @Test
  void documentsLookAsTheyAlwaysDid() {
    ObjectNode json = Json.object().put("name", "ü").put("at", Double.NaN);
    json.set("path", Json.array().add(0.1).add(2L));
    json.putObject("none");
    assertEquals(
        String.join(
            System.lineSeparator(),
            "{",
            "  \"name\" : \"ü\",",
            "  \"at\" : \"NaN\",",
            "  \"path\" : [ 0.1, 2 ],",
            "  \"none\" : { }",
            "}"),
        Json.pretty(json));
    assertArrayEquals(
        "{\"name\":\"ü\",\"at\":\"NaN\",\"path\":[0.1,2],\"none\":{}}"
            .getBytes(StandardCharsets.UTF_8),
        Json.bytes(json));
  }

  @Test
  void canonicalDocumentsAreEqualIfTheirFilesAre() {
    ObjectNode one = Json.object().put("n", 5).put("p", 0.5f);
    ObjectNode other = Json.object().put("n", 5L).put("p", 0.5);
    assertNotEquals(one, other);
    assertEquals(Json.canonical(one), Json.canonical(other));
  }
}
