package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.report.html.Pages;
import dev.espalier.testing.Samples;
import dev.espalier.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareRunTest {
  @TempDir Path temp;

  /** What some version or other says of a run of two blocks. */
  private Path run(String name, String method, double pruned, int seqLen) throws IOException {
    ObjectNode json = Folders.JSON.createObjectNode();
    json.put("model", "models/Llama").put("method", method).put("allocation", "dlp");
    json.put("pattern", "unstructured").put("peak_bytes", 3L << 30);
    json.putObject("sparsity").put("target", 0.7).put("achieved", 0.6999);
    for (int b = 0; b < 2; b++) {
      ObjectNode block = json.withArray("blocks").addObject();
      block.put("index", b).put("sparsity", 0.6 + 0.2 * b);
      for (double error : new double[] {0.1, 0.3}) {
        block
            .withArray("linears")
            .addObject()
            .putObject("error")
            .put("of", method.equals("sparsegpt") ? "output" : "scores")
            .put("relative", error);
      }
    }
    ObjectNode perplexity = json.withArray("perplexity").addObject();
    perplexity.put("corpus", "test.txt").put("dense", 5.5).put("pruned", pruned);
    perplexity
        .putObject("protocol")
        .put("seq_len", seqLen)
        .put("windows", 9)
        .put("dtype", "float32");
    return Files.writeString(temp.resolve(name + ".json"), json.toString());
  }

  @Test
  void putsRunsSideBySide() throws IOException, InterruptedException {
    Path one = run("one", "wanda", 8.25, 2048);
    Path two = run("two", "wanda", 1234.4, 2048);
    Path page = temp.resolve("comparison.html");
    String out = Runs.run("compare", one, two, "--output", page).succeeded().out();
    assertTrue(out.matches("(?s)run +model +method .*"), out);
    assertTrue(out.matches("(?s).*one +Llama +wanda +dlp +unstructured +70.00 % +69.99 %.*"), out);
    assertTrue(out.contains("3.0 GiB"), out);
    assertTrue(out.matches("(?s).*two +5.50 +1234\n.*test.txt, 9 windows of 2048.*"), out);
    assertFalse(out.contains("compared"), out);
    Pages.assertReadable(page, temp, 3, "one", "two", "1234", "Mean reconstruction error");
    JsonNode json = Folders.json(temp.resolve("comparison.json"));
    assertEquals(json, Runs.run("compare", one, two, "--json").succeeded().json());
    assertEquals(0.8, json.at("/runs/1/blocks/1").asDouble());
  }

  @Test
  void differentProtocolsAreKeptApart() throws IOException {
    Path one = run("one", "wanda", 8.25, 2048);
    Path two = run("two", "sparsegpt", 7.5, 1024);
    String out = Runs.run("compare", one, two).succeeded().out();
    assertEquals(2, out.split("perplexity +dense +pruned").length - 1, out);
    assertTrue(out.contains("only those of one table can be compared"), out);
    assertTrue(out.contains("errors are of different things"), out);
  }

  /** Of one model and text, whatever their paths were. */
  private Path identified(String name, String model, String corpus, String digest)
      throws IOException {
    Path file = run(name, "wanda", 8.25, 2048);
    ObjectNode json = (ObjectNode) Folders.json(file);
    json.put("model", model).put("checkpoint", "1f2e");
    ((ObjectNode) json.at("/perplexity/0")).put("corpus", corpus);
    ((ObjectNode) json.at("/perplexity/0/protocol")).put("digest", digest);
    return Files.writeString(file, json.toString());
  }

  @Test
  void whatIsTheSameUnderAnotherPathIsTheSame() throws IOException {
    Path one = identified("one", "models/Llama", "test.txt", "9a");
    Path two = identified("two", "/models/../models/Llama", "/texts/test.txt", "9a");
    String out = Runs.run("compare", one, two).succeeded().out();
    assertEquals(1, out.split("perplexity +dense +pruned").length - 1, out);
    assertFalse(out.contains("different"), out);
  }

  @Test
  void whereARunHasNoDigestsItsNamesCount() throws IOException {
    Path old = run("old", "wanda", 8.25, 2048);
    Path one = identified("one", "models/Llama", "test.txt", "9a");
    String out = Runs.run("compare", old, one).succeeded().out();
    assertEquals(1, out.split("perplexity +dense +pruned").length - 1, out);
    assertFalse(out.contains("ifferent"), out);
    assertFalse(out.contains("tokens differ"), out);
  }

  @Test
  void textsOfOneNameAreKeptApart() throws IOException {
    Path one = identified("one", "models/Llama", "test.txt", "9a");
    Path two = identified("two", "models/Llama", "test.txt", "7b");
    String out = Runs.run("compare", one, two).succeeded().out();
    assertEquals(2, out.split("perplexity +dense +pruned").length - 1, out);
    assertTrue(out.contains("Texts of the same name are not the same"), out);
    assertFalse(out.contains("different models"), out);
  }

  @Test
  void pathsOfRealRunsDoNotMatter() throws IOException {
    String text = Samples.someText(2000);
    Path one = Files.writeString(temp.resolve("test.txt"), text);
    Path copy = Files.createDirectory(temp.resolve("copy"));
    Path two = Files.writeString(copy.resolve("other.txt"), text);
    Path model = TinyModel.folder(temp.resolve("model"));
    Path detour = model.resolve("../" + model.getFileName());
    Path first = temp.resolve("first");
    Path second = temp.resolve("second");
    Object[] uniform = {"--allocation", "uniform", "--method", "magnitude"};
    prune(uniform, "--model", model, "--evaluate", one, "--output", first);
    prune(uniform, "--model", detour, "--evaluate", two, "--output", second);
    JsonNode json = Runs.run("compare", first, second, "--json").succeeded().json();
    assertEquals("[]", json.get("cautions").toString());
  }

  private static void prune(Object[] settings, Object... more) {
    List<Object> line = new ArrayList<>(List.of(settings));
    line.addAll(List.of("--calibration", Sample.CALIBRATION));
    line.addAll(List.of(more));
    Runs.prune(line.toArray()).succeeded();
  }

  @Test
  void takesModelFoldersAsPruneLeavesThem() throws IOException {
    Path dlp = temp.resolve("dlp");
    Path uniform = temp.resolve("uniform");
    Path model = temp.resolve("model");
    Runs.pruneTiny(model, "--output", dlp, "--allocation", "dlp").succeeded();
    Object[] other = {"--output", uniform, "--allocation", "uniform", "--method", "magnitude"};
    Runs.pruneTiny(model, other).succeeded();
    JsonNode json =
        Runs.run("compare", dlp, uniform.resolve("espalier.json"), "--json").succeeded().json();
    assertEquals("dlp", json.at("/runs/0/name").asText());
    assertEquals("uniform", json.at("/runs/1/name").asText());
    JsonNode report = Folders.json(uniform.resolve("espalier.json"));
    JsonNode run = json.at("/runs/1");
    assertEquals(report.get("sparsity"), run.get("sparsity"));
    assertEquals(report.get("peak_bytes"), run.get("peak_bytes"));
    assertEquals(3, run.get("blocks").size());
    assertTrue(run.get("seconds").asDouble() > 0, run::toString);
    assertTrue(json.get("cautions").toString().contains("No perplexity was measured of dlp"));
  }

  @Test
  void toleratesWhatAnotherVersionLacks() throws IOException {
    Path old = temp.resolve("old.json");
    Files.writeString(
        old, "{\"sparsity\": {\"achieved\": 0.5}, \"blocks\": [{}], \"perplexity\": [{}]}");
    String out = Runs.run("compare", old, run("new", "wanda", 8.25, 2048)).succeeded().out();
    assertTrue(out.matches("(?s).*old +- +- +- +- +- +50.00 % +- +-\n.*"), out);
    Runs.run("compare", old, "--output", temp.resolve("page.html")).succeeded();
  }

  @Test
  void runsCannotSpeakToTheTerminal() throws IOException {
    Path hostile = run("hostile", "wanda\u001b[31m", 8.25, 2048);
    Files.writeString(hostile, Files.readString(hostile).replace("test.txt", "\\u001b]0;test.txt"));
    String out = Runs.run("compare", hostile).succeeded().out();
    assertTrue(out.contains("wanda?[31m"), out);
    assertTrue(out.contains("?]0;test.txt"), out);
    assertEquals(-1, out.indexOf('\u001b'), out);
  }

  @Test
  void namesakesAreToldApart() throws IOException {
    Path one = run("run", "wanda", 8.25, 2048);
    Path folder = Files.createDirectory(temp.resolve("other"));
    Path two = Files.copy(one, folder.resolve("run.json"));
    JsonNode json = Runs.run("compare", one, two, "--json").succeeded().json();
    assertEquals(one.toString(), json.at("/runs/0/name").asText());
    assertEquals(two.toString(), json.at("/runs/1/name").asText());
  }

  @Test
  void noRunIsOverwritten() throws IOException {
    Path run = run("espalier", "wanda", 8.25, 2048);
    String before = Files.readString(run);
    Runs.run("compare", temp, "--output", temp.resolve("espalier.html"))
        .refused("espalier.json would change " + run);
    Runs.run("compare", temp, "--output", temp.resolve("page.html")).succeeded();
    Runs.run("compare", run, "--output", temp.resolve("x/../espalier.html"))
        .refused("is no folder");
    Files.createDirectory(temp.resolve("x"));
    Runs.run("compare", run, "--output", temp.resolve("x/../espalier.html"))
        .refused("espalier.json would change " + run);
    assertEquals(before, Files.readString(run));
    assertFalse(Files.exists(temp.resolve("espalier.html")));
  }

  @Test
  void refusesWhatIsNoRun() throws IOException {
    Path run = run("run", "wanda", 8.25, 2048);
    Runs.run("compare").refused("nothing to compare");
    Runs.run("compare", run, temp.resolve("none.json")).refused("cannot read", "none.json");
    Runs.run("compare", Sample.MODEL).refused("holds no espalier.json");
    Runs.run("compare", Sample.MODEL.resolve("config.json")).refused("config.json is not the");
    Runs.run("compare", Sample.MODEL.resolve("model.safetensors")).refused("a safetensors file");
    Runs.run("compare", run, "").refused("RUN is empty");
    Runs.run("compare", run, "--output", temp.resolve("x.json")).refused("name a page");
    Runs.run("compare", run, "--output", temp.resolve("no/x.html")).refused("no is no folder");
    Runs.run("eval", "stray").refused("\"stray\" belongs to no option");
    Path twice = Files.writeString(temp.resolve("twice.json"), "{\"model\": 1, \"model\": 2}");
    Runs.run("compare", twice).refused("twice.json is not valid JSON");
    Path empty = Files.writeString(temp.resolve("empty.json"), "");
    Runs.run("compare", empty).refused("empty.json: is empty");
  }
}
