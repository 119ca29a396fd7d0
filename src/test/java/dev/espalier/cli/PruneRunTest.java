package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.cli.Runs.Result;
import dev.espalier.report.html.Pages;
import dev.espalier.testing.Safetensors;
import dev.espalier.testing.Safetensors.Stored;
import dev.espalier.testing.Samples;
import dev.espalier.testing.Slow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Small prunes of the sample, whose results are read without our own code. */
class PruneRunTest {
  private static final String IN_BLOCK = "model\\.layers\\.\\d+\\..*_proj\\.weight";
  private static final short MINUS_ZERO = (short) 0x8000;

  @TempDir Path temp;
  private Path output;

  @BeforeEach
  void chooseOutput() {
    output = temp.resolve("out");
  }

  /** With DLP where nothing else is said: a search takes its time. */
  private Result prune(Object... args) {
    List<Object> line = new ArrayList<>(List.of("--output", output));
    line.addAll(List.of(args));
    boolean chosen =
        line.stream()
            .map(Object::toString)
            .anyMatch(w -> w.matches("--(allocation(=.*)?|sparsity_type|pattern)"));
    if (!chosen) {
      line.addAll(List.of("--allocation", "dlp"));
    }
    return Runs.prune(line.toArray());
  }

  /** A few windows of the sample's own test text. */
  private Path text(String name) throws IOException {
    return Files.writeString(temp.resolve(name), Samples.someText(4000));
  }

  @ParameterizedTest
  @CsvSource({
    "magnitude, uniform, 0.5",
    "wanda, dlp, 0.7",
    "wanda, owl, 0.6",
    "wanda-variant, uniform, 0.5",
    "sparsegpt, dlp, 0.7",
    "sparsegpt, uniform, 0.333"
  })
  void prunes(String method, String allocation, double sparsity) throws IOException {
    JsonNode summary =
        prune("--method", method, "--allocation", allocation, "--sparsity", sparsity, "--json")
            .succeeded()
            .json();
    double tolerance = method.equals("wanda-variant") ? 1e-3 : 1e-4;
    assertEquals(sparsity, summary.at("/sparsity/achieved").asDouble(), tolerance);
    assertSameFilesAsTheSample();
    assertReportAgreesWithTheWeights(method);
    Map<String, Stored> dense = Safetensors.readFolder(Sample.MODEL);
    Map<String, Stored> pruned = Safetensors.readFolder(output);
    assertEquals(dense.keySet(), pruned.keySet());
    dense.forEach((name, before) -> compare(name, before, pruned.get(name), method));
  }

  private static void compare(String name, Stored before, Stored after, String method) {
    assertEquals(before.dtype(), after.dtype(), name);
    assertEquals(before.shape(), after.shape(), name);
    if (!name.matches(IN_BLOCK)) {
      assertEquals(before.bytes(), after.bytes(), name);
      return;
    }
    short[] dense = before.halves();
    short[] pruned = after.halves();
    int minusZeros = 0;
    int changed = 0;
    for (int i = 0; i < dense.length; i++) {
      minusZeros += pruned[i] == MINUS_ZERO ? 1 : 0;
      changed += pruned[i] != 0 && pruned[i] != dense[i] ? 1 : 0;
    }
    assertEquals(0, minusZeros, name);
    assertEquals(method.equals("sparsegpt"), changed > 0, name);
  }

  private void assertSameFilesAsTheSample() throws IOException {
    Set<String> expected = new HashSet<>(names(Sample.MODEL));
    expected.addAll(List.of("espalier.json", "report.html"));
    assertEquals(expected, new HashSet<>(names(output)));
    for (String name : names(Sample.MODEL)) {
      if (!name.equals(Safetensors.SINGLE)) {
        assertArrayEquals(
            Files.readAllBytes(Sample.MODEL.resolve(name)),
            Files.readAllBytes(output.resolve(name)),
            name);
      }
    }
    assertFalse(Files.readString(output.resolve("config.json")).contains("sparsity_config"));
    JsonNode metadata = Safetensors.header(output.resolve(Safetensors.SINGLE)).get("__metadata__");
    assertEquals("{\"format\":\"pt\"}", metadata.toString());
    assertFalse(Files.exists(temp.resolve("out.partial")));
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private void assertReportAgreesWithTheWeights(String method) throws IOException {
    JsonNode report = Folders.json(output.resolve("espalier.json"));
    Map<String, Stored> tensors = Safetensors.readFolder(output);
    assertEquals(method, report.get("method").asText());
    assertEquals(10, report.get("blocks").size());
    long zeros = 0;
    long weights = 0;
    for (JsonNode block : report.get("blocks")) {
      assertEquals(7, block.get("linears").size());
      long blockZeros = 0;
      long blockWeights = 0;
      for (JsonNode linear : block.get("linears")) {
        Stored stored = tensors.get(linear.get("name").asText());
        long recounted = stored.zeros();
        assertEquals(recounted, linear.get("zeros").asLong(), linear.toString());
        long size = stored.shape().get(0) * stored.shape().get(1);
        assertEquals((double) recounted / size, linear.get("achieved").asDouble(), 1e-12);
        assertTrue(linear.at("/error/relative").asDouble() > 0, linear.toString());
        blockZeros += recounted;
        blockWeights += size;
      }
      assertEquals((double) blockZeros / blockWeights, block.get("sparsity").asDouble(), 1e-12);
      zeros += blockZeros;
      weights += blockWeights;
    }
    assertEquals((double) zeros / weights, report.at("/sparsity/achieved").asDouble(), 1e-12);
  }

  @Slow
  @ParameterizedTest
  @CsvSource({
    "wanda, 2:4",
    "magnitude, 4:8",
    "sparsegpt, 2:4",
    "wanda, 1:4",
    "wanda, 5:16",
    "sparsegpt, 4:8"
  })
  void makesPatterns(String method, String pattern) throws IOException {
    prune("--method", method, "--pattern", pattern).succeeded();
    Result inspection = Runs.run("inspect", "--model", output, "--pattern", pattern);
    inspection.succeeded();
    int keep = Integer.parseInt(pattern.split(":")[0]);
    int group = Integer.parseInt(pattern.split(":")[1]);
    for (Map.Entry<String, Stored> tensor : Safetensors.readFolder(output).entrySet()) {
      if (tensor.getKey().matches(IN_BLOCK)) {
        assertAtMost(keep, group, tensor.getValue().halves());
      }
    }
    assertEquals(
        1 - (double) keep / group,
        Folders.json(output.resolve("espalier.json")).at("/sparsity/achieved").asDouble(),
        1e-4);
  }

  private static void assertAtMost(int keep, int group, short[] values) {
    for (int i = 0; i < values.length; i += group) {
      int kept = 0;
      for (int j = 0; j < group; j++) {
        kept += values[i + j] == 0 ? 0 : 1;
      }
      assertTrue(kept <= keep, kept + " kept");
    }
  }

  @Slow
  @Test
  void printsOneJsonDocument() throws IOException {
    Path text = text("test.txt");
    Result result =
        prune("--json", "--evaluate", text + "," + text("other.txt"), "--compare-uniform")
            .succeeded();
    JsonNode json = result.json();
    for (String key :
        List.of("model", "output", "method", "allocation", "pattern", "seconds", "peak_bytes")) {
      assertTrue(json.has(key), key);
    }
    assertEquals(output.toString(), json.get("output").asText());
    assertEquals("wanda", json.get("method").asText());
    assertEquals("dlp", json.get("allocation").asText());
    assertEquals(0.7, json.at("/sparsity/target").asDouble());
    assertEquals(10, json.get("blocks").size());
    assertEquals(Set.of("index", "density", "sparsity", "linears"), keys(json.at("/blocks/3")));
    assertEquals(3, json.at("/blocks/3/index").asInt());
    double density = 0;
    for (JsonNode block : json.get("blocks")) {
      density += block.get("density").asDouble() / 10;
    }
    assertEquals(0.3, density, 1e-9);
    assertEquals(2, json.get("perplexity").size());
    assertEquals(
        Set.of("corpus", "dense", "pruned", "uniform", "protocol"), keys(json.at("/perplexity/0")));
    assertEquals(text.toString(), json.at("/perplexity/0/corpus").asText());
    assertEquals(64, json.at("/perplexity/0/protocol/seq_len").asInt());
    assertTrue(
        json.at("/perplexity/0/dense").asDouble() < json.at("/perplexity/0/pruned").asDouble());
    assertEquals(
        json.at("/perplexity/0/pruned").asDouble(), json.at("/perplexity/1/pruned").asDouble());
    assertTrue(json.get("peak_bytes").asLong() > 0);
    assertTrue(result.err().contains("Pruning: done in"), result.err());
    assertEquals(
        json.at("/sparsity"), Folders.json(output.resolve("espalier.json")).at("/sparsity"));
    JsonNode measured =
        Runs.run("eval", "--model", output, "--evaluate", text, "--seq-len", 64, "--json")
            .succeeded()
            .json();
    assertEquals(
        json.at("/perplexity/0/pruned").asDouble(),
        measured.at("/perplexity/0/value").asDouble(),
        1e-9);
  }

  private static Set<String> keys(JsonNode node) {
    Set<String> keys = new HashSet<>();
    node.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  @Test
  void quietSaysNothingBesideTheResult() {
    Result result = prune("--quiet", "--sparsity_type", "3:8").succeeded();
    assertEquals("", result.err());
    assertTrue(result.out().contains("5:8 (5 of 8 kept, 3 removed)"), result.out());
    assertEquals("", Runs.run("inspect", "--model", output, "--quiet").succeeded().err());
  }

  @Slow
  @Test
  void tellsPeopleWhatHappened() throws IOException {
    Path text = text("speech.txt");
    Result result = prune("--evaluate", text, "--cache_dir", "x").succeeded();
    String out = result.out();
    assertTrue(out.startsWith("wanda with dlp: unstructured, 70.00 % of 3,932,160"), out);
    assertTrue(out.contains("The pruned model is in " + output), out);
    assertTrue(out.matches("(?s).*perplexity +dense +uniform +dlp\nspeech.txt +[0-9].*"), out);
    assertTrue(out.matches("(?s).*On this model (dlp|uniform) allocation is better than .*"), out);
    assertTrue(out.contains("Next: "), out);
    assertTrue(out.contains("windows of 64 tokens, float32"), out);
    assertTrue(result.err().contains("--cache_dir is ignored"), result.err());
  }

  @Slow
  @Test
  void leavesAPageToReadOnAPhone() throws IOException, InterruptedException {
    Path text = text("speech.txt");
    prune("--method", "sparsegpt", "--evaluate", text, "--compare-uniform").succeeded();
    Pages.assertReadable(
        output.resolve("report.html"),
        temp,
        3,
        "sotu-llama-5m pruned to 70.0",
        text + ", ",
        "windows of 64 tokens, float32",
        "target of dlp",
        "‖WX − ŴX‖ / ‖WX‖",
        "q_proj",
        "evaluate",
        "model.layers.9.mlp.down_proj.weight");
  }

  @Slow
  @Test
  void repeatsItselfAndReplacesOnRequest() throws IOException {
    prune("--seed", 1).succeeded();
    byte[] first = Files.readAllBytes(output.resolve(Safetensors.SINGLE));
    String done = "is this run's result already; nothing was done";
    assertTrue(prune("--seed", 1).succeeded().err().contains(done));
    prune("--seed", 2).refused("already exists", "seed 1 there, 2 here");
    prune("--seed", 2, "--overwrite").succeeded();
    assertFalse(Arrays.equals(first, Files.readAllBytes(output.resolve(Safetensors.SINGLE))));
    prune("--seed", 1, "--overwrite", "--threads", 1).succeeded();
    assertArrayEquals(first, Files.readAllBytes(output.resolve(Safetensors.SINGLE)));
    try (Stream<Path> left = Files.list(temp)) {
      assertEquals(List.of(output), left.toList());
    }
  }

  @Slow
  @ParameterizedTest
  @CsvSource({"wanda", "sparsegpt"})
  void shardsMakeNoDifference(String method) throws IOException {
    Path sharded = Samples.sharded(temp.resolve("sharded"));
    prune("--method", method).succeeded();
    Path single = output;
    output = temp.resolve("from-shards");
    prune("--method", method, "--model", sharded, "--calibration", Sample.CALIBRATION).succeeded();
    assertEquals(Safetensors.readFolder(single), Safetensors.readFolder(output));
    assertEquals(
        Folders.json(sharded.resolve(Safetensors.INDEX)),
        Folders.json(output.resolve(Safetensors.INDEX)));
    for (int i = 1; i <= 3; i++) {
      String name = "model-%05d-of-00003.safetensors".formatted(i);
      assertEquals(
          Safetensors.read(sharded.resolve(name)).keySet(),
          Safetensors.read(output.resolve(name)).keySet());
    }
  }

  @Test
  void publishedRoundingFloorsEveryRow() throws IOException {
    prune("--allocation", "uniform", "--published-rounding").succeeded();
    Stored stored = Safetensors.readFolder(output).get("model.layers.0.self_attn.q_proj.weight");
    assertEquals(134 * 192, stored.zeros());
  }

  @Slow
  @Test
  void resultsOfAPruneCanBePrunedAgain() throws IOException {
    // Uniformly: another allocation may give a block less than the zeros it already has.
    String uniform = "--allocation=uniform";
    prune(uniform, "--sparsity", 0.5).succeeded();
    Path once = output;
    output = temp.resolve("twice");
    prune(uniform, "--sparsity", 0.6, "--model", once, "--calibration", Sample.CALIBRATION)
        .succeeded();
    JsonNode report = Folders.json(output.resolve("espalier.json"));
    assertEquals(0.6, report.at("/sparsity/achieved").asDouble(), 1e-4);
    assertEquals(once.toString(), report.get("model").asText());
  }
}
