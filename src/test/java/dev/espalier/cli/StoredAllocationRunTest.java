package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.cli.Runs.Result;
import dev.espalier.testing.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A stored allocation's own total and pattern hold unless the command line says otherwise. */
class StoredAllocationRunTest {
  @TempDir Path temp;

  private Path out() {
    return temp.resolve("out");
  }

  private Result prune(Object... args) throws IOException {
    List<Object> line = new ArrayList<>(List.of("--output", out(), "--overwrite"));
    line.addAll(List.of(args));
    return Runs.pruneTiny(temp.resolve("model"), line.toArray());
  }

  private Path file(String name, String json) throws IOException {
    return Files.writeString(temp.resolve(name), json);
  }

  /** The report of a run, where the next one does not overwrite it. */
  private Path kept(String name) throws IOException {
    return Files.copy(out().resolve("espalier.json"), temp.resolve(name));
  }

  private JsonNode report() throws IOException {
    return Folders.json(out().resolve("espalier.json"));
  }

  private static Map<String, Double> targets(JsonNode report) {
    Map<String, Double> targets = new TreeMap<>();
    report
        .get("blocks")
        .forEach(
            block ->
                block
                    .get("linears")
                    .forEach(l -> targets.put(l.get("name").asText(), l.get("target").asDouble())));
    return targets;
  }

  private static void assertSameTargets(JsonNode expected, JsonNode actual) {
    Map<String, Double> wanted = targets(expected);
    Map<String, Double> found = targets(actual);
    assertEquals(wanted.keySet(), found.keySet());
    wanted.forEach((name, target) -> assertEquals(target, found.get(name), 1e-12, name));
  }

  @Test
  void densitiesHoldAsTheyAre() throws IOException {
    Path ratios = file("ratios.json", "[0.6, 0.5, 0.4]");
    String err = prune("--allocation", ratios).succeeded().err();
    assertTrue(err.contains("ratios.json make 50.00 % of the model: this total holds"), err);
    JsonNode report = report();
    assertEquals(0.5, report.at("/sparsity/target").asDouble());
    assertEquals(0.4, report.at("/blocks/0/linears/0/target").asDouble(), 1e-12);
    assertEquals(0.6, report.at("/blocks/2/linears/6/target").asDouble(), 1e-12);
    assertEquals("unstructured", report.get("pattern").asText());
    assertEquals("[]", report.get("warnings").toString().replaceAll("\"The model's.*?\"", ""));
  }

  @Test
  void theCommandLineRescalesAndSaysSo() throws IOException {
    Path ratios = file("ratios.json", "[0.6, 0.5, 0.4]");
    String err = prune("--allocation", ratios, "--sparsity", 0.7).succeeded().err();
    assertTrue(err.contains("ratios.json make 50.00 % of the model, but 70.00 % is asked"), err);
    assertFalse(err.contains("this total holds"), err);
    assertEquals(0.7, report().at("/sparsity/target").asDouble());
    assertEquals(0.6, report().at("/blocks/0/linears/0/target").asDouble(), 1e-9);
  }

  @ParameterizedTest
  @CsvSource({
    "--pattern N:8 --sparsity 0.6 --allocation atp --beta 0.1, N:8",
    "--pattern N:8 --sparsity 0.6 --allocation er, N:8",
    "--pattern N:4 --sparsity 0.55 --allocation erk, N:4",
    "--pattern 2:4, 2:4",
    "--sparsity 0.45 --allocation erk, unstructured"
  })
  void theReportOfARunGivesItsPlanAndPattern(String settings, String pattern) throws IOException {
    prune((Object[]) settings.split(" ")).succeeded();
    JsonNode first = report();
    Path report = kept("first.json");
    prune("--allocation", report).succeeded();
    assertSameTargets(first, report());
    assertEquals(first.get("pattern"), report().get("pattern"));
    assertTrue(report().get("pattern").asText().startsWith(pattern), report()::toString);
    double achieved = first.at("/sparsity/achieved").asDouble();
    assertEquals(achieved, report().at("/sparsity/achieved").asDouble(), 1e-12);
    assertEquals(achieved, report().at("/sparsity/target").asDouble(), 0.001);
    JsonNode shown =
        Runs.run(
                "allocate",
                "--model",
                temp.resolve("model"),
                "--allocation",
                report,
                "--json",
                "--quiet")
            .succeeded()
            .json();
    assertEquals(first.get("pattern"), shown.get("pattern"));
    assertEquals(report().at("/sparsity/target"), shown.get("sparsity"));
    targets(first)
        .forEach(
            (name, target) ->
                assertEquals(
                    target,
                    shown.at("/allocations/0/linear_sparsities").get(name).asDouble(),
                    1e-12));
  }

  @Test
  void anotherPatternIsToldAndTaken() throws IOException {
    prune("--pattern", "N:8", "--sparsity", 0.6, "--allocation", "atp", "--beta", 0.1);
    Path mixed = kept("mixed.json");
    JsonNode first = report();
    String err = prune("--allocation", mixed, "--pattern", "unstructured").succeeded().err();
    assertTrue(err.contains("mixed.json were made for the pattern N:8 (each"), err);
    assertTrue(err.contains("but unstructured is asked for"), err);
    assertEquals("unstructured", report().get("pattern").asText());
    assertSameTargets(first, report());
    String same = prune("--allocation", mixed, "--pattern", "N:8").succeeded().err();
    assertFalse(same.contains("were made for"), same);
    prune("--allocation", mixed, "--sparsity", 0.3).succeeded();
    assertTrue(report().get("pattern").asText().startsWith("N:8"));
    assertEquals(0.3, report().at("/sparsity/target").asDouble());
  }

  @Test
  void whatASearchHasWrittenKeepsItsPattern() throws IOException {
    Path model = temp.resolve("model");
    prune("--allocation", "uniform").succeeded(); // makes the model
    Path result = temp.resolve("result.json");
    Object[] search = {
      "search",
      "--model",
      model,
      "--calibration",
      Samples.CALIBRATION,
      "--samples",
      4,
      "--seq-len",
      64,
      "--windows",
      2,
      "--pattern",
      "N:8",
      "--sparsity",
      0.6,
      "--over",
      "beta",
      "--values",
      "0.1",
      "--output",
      result
    };
    Runs.run(search).succeeded();
    prune("--allocation", result).succeeded();
    assertTrue(report().get("pattern").asText().startsWith("N:8"));
    assertSameTargets(Folders.json(result), report());
  }

  @Test
  void filesOfSeveralTotalsKeepTheirsSideBySide() throws IOException {
    prune("--allocation", "uniform").succeeded();
    Path a = file("a.json", "[0.6, 0.5, 0.4]");
    Path b = file("b.json", "[0.3, 0.3, 0.3]");
    Object[] both = {
      "allocate",
      "--model",
      temp.resolve("model"),
      "--allocation",
      "uniform," + a + "," + b,
      "--json"
    };
    JsonNode shown = Runs.run(both).succeeded().json();
    assertEquals(0.7, shown.at("/allocations/0/block_sparsities/0").asDouble(), 1e-12);
    assertEquals(0.4, shown.at("/allocations/1/block_sparsities/0").asDouble(), 1e-12);
    assertEquals(0.7, shown.at("/allocations/2/block_sparsities/0").asDouble(), 1e-12);
    Object[] one = {
      "allocate", "--model", temp.resolve("model"), "--allocation", "uniform," + a, "--json"
    };
    shown = Runs.run(one).succeeded().json();
    assertEquals(0.5, shown.get("sparsity").asDouble());
    assertEquals(0.5, shown.at("/allocations/0/block_sparsities/0").asDouble(), 1e-12);
    Runs.run(
            "search",
            "--quiet",
            "--model",
            temp.resolve("model"),
            "--calibration",
            Samples.CALIBRATION,
            "--samples",
            4,
            "--seq-len",
            64,
            "--values",
            a + "," + b,
            "--output",
            temp.resolve("r.json"))
        .refused("a.json and ", "make different totals", "(--sparsity)");
  }

  @Test
  void filesOfSeveralPatternsNeedOneNamed() throws IOException {
    prune("--pattern", "N:8", "--sparsity", 0.5, "--allocation", "uniform").succeeded();
    Path eight = kept("eight.json");
    prune("--pattern", "N:4", "--sparsity", 0.5, "--allocation", "uniform").succeeded();
    Path four = kept("four.json");
    String names = eight + "," + four;
    Object[] line = {"allocate", "--model", temp.resolve("model"), "--allocation", names};
    Runs.run(line)
        .refused("eight.json was made for the pattern N:8", "four.json for N:4", "(--pattern)");
  }

  @Test
  void anotherModelsFileIsRefusedByNameBeforeAnythingElse() throws IOException {
    Path ratios = file("ratios.json", "[0.5, 0.5]");
    prune("--allocation", ratios)
        .refused("ratios.json has 2 densities, but the model has 3 blocks");
    assertFalse(Files.exists(out()));
    Path names = file("names.json", "{\"model.layers.0.self_attn.q_proj.weight\": 0.5}");
    prune("--allocation", names).refused("names.json says nothing of model.layers.0.self_attn.k");
  }

  @Test
  void whatIsNoAllocationIsRefusedInASentence() throws IOException {
    prune("--allocation", file("percent.json", "[40, 50, 60]"))
        .refused("percent.json: entry 0 is 40; a number from 0 to 1 is needed, such as 0.40 for");
    prune("--allocation", file("text.json", "{\"a\": \"70 %\"}")).refused("a is \"70 %\"");
    prune("--allocation", Samples.MODEL.resolve("config.json"))
        .refused("config.json holds no allocation (architectures is no number): it must be");
    prune("--allocation", file("eval.json", "{\"schema\": 4, \"kind\": \"eval\"}"))
        .refused("eval.json holds no allocation", "another task (\"eval\")");
    String odd =
        "{\"pattern\": \"3D\", \"blocks\": [{\"linears\": [{\"name\": \"a\", \"target\": 0}]}]}";
    prune("--allocation", file("odd.json", odd))
        .refused("odd.json was made for the pattern \"3D\", which is not known here");
    prune("--allocation", file("all.json", "[0, 0, 0]")).refused("the sparsity is 1.0");
    String twice =
        "{\"blocks\": [{\"linears\": [{\"name\": \"a\", \"target\": 0},"
            + " {\"name\": \"a\", \"target\": 0}]}]}";
    prune("--allocation", file("twice.json", twice)).refused("twice.json names a twice");
  }
}
