package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.cli.Runs.Result;
import dev.espalier.report.DocumentKind;
import dev.espalier.testing.Samples;
import dev.espalier.testing.TinyModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a command prints or writes as JSON keeps to its schema, and is one document. */
class DocumentsTest {
  @TempDir Path temp;
  private Path model;
  private Path text;

  @BeforeEach
  void tinyModel() throws IOException {
    model = TinyModel.folder(temp.resolve("model"));
    text = Files.writeString(temp.resolve("text.txt"), Samples.someText(4000));
  }

  private Result run(String command, Object... args) {
    List<Object> line = new ArrayList<>(List.of(command, "--json", "--model", model));
    if (List.of("prune", "search", "allocate").contains(command)) {
      line.addAll(List.of("--calibration", Samples.CALIBRATION, "--samples", 4, "--seq-len", 64));
    }
    line.addAll(List.of(args));
    return Runs.run(line.toArray());
  }

  private static JsonNode valid(DocumentKind kind, Result result) throws IOException {
    JsonNode document = result.json();
    Schemas.assertValid(kind, document);
    return document;
  }

  @Test
  void prune() throws IOException {
    Path out = temp.resolve("out");
    JsonNode printed =
        valid(
            DocumentKind.PRUNE,
            run("prune", "--output", out, "--evaluate", text, "--compare-uniform").succeeded());
    JsonNode written = Folders.json(out.resolve("espalier.json"));
    assertEquals(written, printed);
    assertTrue(printed.get("command").asText().startsWith("espalier prune "), printed::toString);
    assertTrue(printed.get("command").asText().contains("--model " + model), printed::toString);
    for (JsonNode trial : printed.at("/search/trials")) {
      assertEquals(trial.get("stopped").asBoolean(), !trial.has("perplexity"), trial::toString);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--over beta --values 0.05,0.1",
        "--over beta --values 0.05,0.1 --exhaustive",
        "--over allocations",
        "--over alpha --golden 0.05:0.3 --evaluations 2 --pattern N:8",
        "--over beta --values 0.1 --search-criterion test",
      })
  void search(String options) throws IOException {
    Path file = temp.resolve("result.json");
    List<Object> line = new ArrayList<>(List.of("--windows", 4, "--output", file));
    line.addAll(List.of(options.split(" ")));
    if (options.endsWith("test")) {
      line.addAll(List.of("--evaluate", text));
    }
    JsonNode printed = valid(DocumentKind.SEARCH, run("search", line.toArray()).succeeded());
    assertEquals(Folders.json(file), printed);
    Schemas.assertStored(printed);
  }

  @Test
  void allocate() throws IOException {
    Path page = temp.resolve("page.html");
    String all = "uniform,dlp,owl,atp,alphapruning,lsa,er,erk";
    JsonNode printed =
        valid(
            DocumentKind.ALLOCATE,
            run("allocate", "--allocation", all, "--output", page).succeeded());
    assertEquals(Folders.json(temp.resolve("page.json")), printed);
    JsonNode one = valid(DocumentKind.ALLOCATE, run("allocate", "--allocation", "erk").succeeded());
    Schemas.assertStored(one);
  }

  @Test
  void compare() throws IOException {
    Path one = temp.resolve("one");
    Path two = temp.resolve("two");
    run("prune", "--output", one, "--allocation", "er", "--evaluate", text).succeeded();
    run("prune", "--output", two, "--allocation", "uniform").succeeded();
    Path old = temp.resolve("old.json");
    Files.writeString(
        old, "{\"sparsity\": {\"achieved\": 0.5}, \"blocks\": [{}], \"perplexity\": [{}]}");
    Path page = temp.resolve("page.html");
    Object[] line = {"compare", one, two, old, "--output", page, "--json"};
    JsonNode printed = valid(DocumentKind.COMPARE, Runs.run(line).succeeded());
    assertEquals(Folders.json(temp.resolve("page.json")), printed);
    assertEquals(3, printed.at("/runs/0/block_ranges").size());
  }

  @Test
  void eval() throws IOException {
    Object[] line = {"--evaluate", text, "--seq-len", 64};
    valid(DocumentKind.EVAL, run("eval", line).succeeded());
  }

  @Test
  void inspect() throws IOException {
    JsonNode plain = valid(DocumentKind.INSPECT, run("inspect").succeeded());
    assertFalse(plain.has("holds"));
    Result fails = run("inspect", "--pattern", "2:4");
    assertEquals(ExitCode.BAD_INPUT, fails.code());
    assertFalse(valid(DocumentKind.INSPECT, fails).get("holds").asBoolean());
    Path out = temp.resolve("out");
    run("prune", "--pattern", "2:4", "--output", out).succeeded();
    Object[] line = {"inspect", "--model", out, "--pattern", "2:4", "--json"};
    assertTrue(valid(DocumentKind.INSPECT, Runs.run(line).succeeded()).get("holds").asBoolean());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "prune --no-such-option",
        "prune --sparsity",
        "prune --sparsity x",
        "prune --model no-such-folder",
        "prune --prune_method nonsense",
        "prune stray",
        "search --over nonsense",
        "allocate --pattern 2:4",
        "eval --model no-such-folder --evaluate none.txt",
        "inspect --model no-such-folder",
        "inspect --pattern 9:8",
        "compare",
        "compare no-such-run",
        "nonsense",
      })
  void aFailure(String line) throws IOException {
    List<String> words = new ArrayList<>(List.of(line.split(" ")));
    words.add(1, "--json");
    Result result = Runs.run(words.toArray());
    JsonNode document = valid(DocumentKind.ERROR, result);
    assertEquals(ExitCode.BAD_INPUT, result.code());
    assertEquals(ExitCode.BAD_INPUT, document.get("exit_code").asInt());
    assertEquals("input", document.get("fault").asText());
    String message = document.get("message").asText();
    assertTrue(result.err().contains("espalier: " + message), result.err());
  }

  @Test
  void aFailureWithoutACommand() throws IOException {
    valid(DocumentKind.ERROR, Runs.run("--json"));
  }

  @Test
  void withoutTheOptionAFailurePrintsNothing() {
    assertEquals("", Runs.run("prune", "--no-such-option").out());
    assertEquals("", Runs.run("inspect", "--model", "no-such-folder").out());
  }

  @Test
  void adviceIsNamedByItsOptions() throws IOException {
    Path out = temp.resolve("out");
    run("prune", "--output", out, "--allocation", "uniform").succeeded();
    JsonNode error = valid(DocumentKind.ERROR, run("prune", "--output", out, "--seed", 3));
    assertTrue(error.get("options").toString().contains("--overwrite"), error::toString);
    assertFalse(error.get("message").asText().contains("--overwrite"), error::toString);
  }

  @ParameterizedTest
  @EnumSource
  void everySchemaKnowsItsKindAndNothingElse(DocumentKind kind) throws IOException {
    JsonNode schema = schema(kind);
    assertEquals(kind.keyword(), schema.at("/properties/kind/const").asText());
    assertEquals(DocumentKind.SCHEMA, schema.at("/properties/schema/const").asInt());
    assertEquals(
        "urn:espalier:%s:%d".formatted(kind.keyword(), DocumentKind.SCHEMA),
        schema.get("$id").asText());
    assertClosed(schema, "");
  }

  private static JsonNode schema(DocumentKind kind) throws IOException {
    try (InputStream file = DocumentKind.class.getResourceAsStream(kind.schemaFile())) {
      return Folders.JSON.readTree(file);
    }
  }

  /** No object takes properties that are not described. */
  private static void assertClosed(JsonNode schema, String path) {
    if (schema.has("properties") && schema.path("type").asText().equals("object")) {
      assertTrue(schema.has("additionalProperties"), path);
      assertTrue(schema.has("description"), path);
    }
    schema
        .properties()
        .forEach(property -> assertClosed(property.getValue(), path + "/" + property.getKey()));
  }

  /** What several documents have, they have alike. */
  @Test
  void schemasAgree() throws IOException {
    Map<String, JsonNode> known = new HashMap<>();
    for (DocumentKind kind : DocumentKind.values()) {
      JsonNode schema = schema(kind);
      for (String shared : List.of("versions", "command", "date", "schema")) {
        JsonNode property = schema.path("properties").path(shared);
        if (!property.isMissingNode()) {
          assertEquals(known.computeIfAbsent(shared, s -> property), property, kind + " " + shared);
        }
      }
    }
  }

  @Test
  void whatNoSchemaNamesIsRefused() throws IOException {
    ObjectNode document = (ObjectNode) run("inspect").json();
    document.put("colour", "green");
    assertFalse(Schemas.of(DocumentKind.INSPECT).validate(document).isEmpty());
  }
}
