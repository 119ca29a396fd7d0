package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.cli.Runs.Result;
import dev.espalier.report.html.Pages;
import dev.espalier.testing.Slow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Searches and automatic choices on the sample, with few and short windows. */
class SearchRunTest {
  @TempDir Path temp;

  private Result search(Object... args) {
    List<Object> line = new ArrayList<>(List.of("search", "--device", "cpu"));
    line.addAll(List.of("--windows", 8));
    if (!List.of(args).contains("--samples")) {
      line.addAll(List.of("--samples", 8, "--seq-len", 64));
    }
    if (!List.of(args).contains("--output")) {
      line.addAll(List.of("--output", temp.resolve("result.json")));
    }
    line.addAll(List.of(args));
    return Runs.run(line.toArray());
  }

  private static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  private JsonNode result() throws IOException {
    return new ObjectMapper().readTree(temp.resolve("result.json").toFile());
  }

  @Slow
  @Test
  void theBestOfAGridWinsAndPrunes() throws IOException, InterruptedException {
    JsonNode json =
        search("--over", "beta", "--values", "0.01,0.02", "--exhaustive", "--json")
            .succeeded()
            .json();
    assertEquals(result(), json);
    List<JsonNode> trials = list(json.get("trials"));
    assertEquals(3, trials.size(), "uniform competes, too");
    assertEquals("uniform", trials.get(0).get("allocation").asText());
    double least =
        trials.stream().mapToDouble(t -> t.get("perplexity").asDouble()).min().orElseThrow();
    assertEquals(least, json.at("/best/perplexity").asDouble());
    assertTrue(trials.stream().noneMatch(t -> t.get("stopped").asBoolean()));
    assertTrue(json.at("/criterion/corpus").asText().endsWith("held out"));
    assertFalse(json.at("/criterion/test").asBoolean());
    assertFalse(Files.exists(temp.resolve("result.json.partial")));
    Pages.assertReadable(
        temp.resolve("result.html"),
        temp,
        2,
        "Trials",
        "atp (beta 0.01)",
        "no test text",
        "Perplexity over beta",
        "best: " + describedBest(json));

    Path output = temp.resolve("pruned");
    Runs.prune("--allocation", temp.resolve("result.json"), "--output", output).succeeded();
    JsonNode report = Folders.json(output.resolve("espalier.json"));
    double beta = json.at("/best/parameters/beta").asDouble();
    for (JsonNode block : report.get("blocks")) {
      double expected = 0.7 - beta * 4.5 + beta * block.get("index").asInt();
      for (JsonNode linear : block.get("linears")) {
        assertEquals(expected, linear.get("target").asDouble(), 1e-9);
      }
    }
  }

  @Slow
  @ParameterizedTest
  @ValueSource(strings = {"unstructured", "N:8"})
  void prunesAsTheWinnerDidWhateverThePattern(String pattern) throws IOException {
    // 0.66 of ten alike blocks is no multiple of 1/8 of one.
    Object[] target = {"--pattern", pattern, "--sparsity", 0.66};
    search(with(target, "--over", "beta", "--values", "0.015")).succeeded();
    Path pruned = temp.resolve("pruned");
    Object[] options = with(target, "--output", pruned, "--overwrite", "--allocation");
    Result first = Runs.prune(with(options, temp.resolve("result.json"))).succeeded();
    assertFalse(first.err().contains("is asked for"), first.err());
    JsonNode report = Folders.json(pruned.resolve("espalier.json"));
    assertEquals(targets(result()), targets(report));
    Path kept = Files.copy(pruned.resolve("espalier.json"), temp.resolve("espalier.json"));
    Result second = Runs.prune(with(options, kept)).succeeded();
    assertFalse(second.err().contains("is asked for"), second.err());
    assertEquals(targets(report), targets(Folders.json(pruned.resolve("espalier.json"))));
    Object[] other = {"--sparsity", 0.5, "--overwrite", "--output", pruned, "--allocation", kept};
    Result third = Runs.prune(other).succeeded();
    assertTrue(third.err().contains("50.00 % is asked for"), third.err());
    JsonNode warnings = Folders.json(pruned.resolve("espalier.json")).get("warnings");
    assertTrue(warnings.toString().contains("espalier.json make 66."), warnings::toString);
  }

  private static String describedBest(JsonNode search) {
    JsonNode best = search.get("best");
    return best.get("allocation").asText().equals("uniform")
        ? "uniform"
        : "atp (beta %s)".formatted(best.at("/parameters/beta").asText());
  }

  /** Of every linear, in each block. */
  private static List<List<Double>> targets(JsonNode report) {
    return list(report.get("blocks")).stream()
        .map(
            block ->
                list(block.get("linears")).stream().map(l -> l.get("target").asDouble()).toList())
        .toList();
  }

  @Slow
  @Test
  void whatIsWorseAtHalfStopsThereAndChangesNothing() throws IOException {
    Object[] space = {"--over", "owl-lambda", "--values", "0.02,0.3", "--json"};
    JsonNode whole = search(with(space, "--exhaustive")).succeeded().json();
    JsonNode early = search(with(space, "--overwrite")).succeeded().json();
    assertEquals(whole.at("/best/allocation"), early.at("/best/allocation"));
    assertEquals(whole.at("/best/parameters"), early.at("/best/parameters"));
    assertEquals(whole.get("blocks"), early.get("blocks"));
    double best = early.at("/best/perplexity").asDouble();
    for (int i = 0; i < 3; i++) {
      JsonNode trial = early.at("/trials/" + i);
      double known = whole.at("/trials/" + i + "/perplexity").asDouble();
      if (trial.get("stopped").asBoolean()) {
        assertTrue(known > best, early::toPrettyString);
        assertFalse(trial.has("perplexity"), "that was not measured");
      } else {
        assertEquals(known, trial.get("perplexity").asDouble(), 1e-3);
      }
    }
    assertTrue(list(early.get("trials")).get(2).get("stopped").asBoolean(), early::toPrettyString);
  }

  @Slow
  @Test
  void aRangeIsTriedFromCoarseToFineAndListedInItsOrder() throws IOException {
    Result run =
        search("--over", "beta", "--values", "0.06,0.06,0.05,0.04,0.03,0.02,0.01,0", "--json")
            .succeeded();
    List<Double> betas =
        list(run.json().get("trials")).stream()
            .map(trial -> trial.at("/parameters/beta").asDouble())
            .toList();
    assertEquals(List.of(0.0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06), betas, "0 is uniform, once");
    assertTrue(run.err().contains("7 candidates"), run.err());
    // A good value comes second, so that nearly all others stop at half.
    long whole =
        list(run.json().get("trials")).stream().filter(t -> !t.get("stopped").asBoolean()).count();
    assertTrue(whole <= 4, run.json()::toPrettyString);
  }

  private static Object[] with(Object[] args, Object... more) {
    List<Object> all = new ArrayList<>(List.of(args));
    all.addAll(List.of(more));
    return all.toArray();
  }

  @Slow
  @Test
  void theTrialsOfAnotherSearchAreNotTakenUp() throws IOException {
    Object[] space = {"--over", "beta", "--values", "0.01,0.03", "--json"};
    JsonNode whole = search(space).succeeded().json();
    Files.writeString(temp.resolve("result.json.partial"), foreignJournal(whole).toString());
    search(space).refused("result.json.partial", "unfinished search with other settings");
    Files.delete(temp.resolve("result.json.partial"));
    assertEquals(whole.get("best"), search(space).succeeded().json().get("best"));
  }

  /** As if every trial of another checkpoint had given 1. */
  private static ObjectNode foreignJournal(JsonNode result) {
    ObjectNode journal = new ObjectMapper().createObjectNode();
    journal.putObject("identity").put("checkpoint", "another");
    ArrayNode trials = journal.putArray("trials");
    for (JsonNode trial : result.get("trials")) {
      ObjectNode entry = trials.addObject().put("atHalf", 1.0);
      entry.set("trial", ((ObjectNode) trial.deepCopy()).put("perplexity", 1.0));
    }
    return journal;
  }

  @Slow
  @Test
  void goldenSectionsComeNearerToTheBest() throws IOException {
    JsonNode json =
        search("--over", "beta", "--golden", "0:0.06", "--evaluations", 4, "--json")
            .succeeded()
            .json();
    assertEquals(5, json.get("trials").size());
    assertTrue(json.at("/best/parameters/beta").asDouble() > 0.005, json::toPrettyString);
  }

  @Slow
  @Test
  void goldenSectionsGoTheSameWayWhetherTrialsStopOrNot() throws IOException {
    // Everything beyond the second trial stops: half of the windows are easier than all of them.
    Object[] space = {"--over", "beta", "--golden", "0:0.06", "--evaluations", 5, "--json"};
    JsonNode early = search(space).succeeded().json();
    JsonNode whole = search(with(space, "--exhaustive", "--overwrite")).succeeded().json();
    assertTrue(
        list(early.get("trials")).stream().anyMatch(t -> t.get("stopped").asBoolean()),
        early::toPrettyString);
    assertEquals(
        list(whole.get("trials")).stream().map(t -> t.get("parameters")).toList(),
        list(early.get("trials")).stream().map(t -> t.get("parameters")).toList());
  }

  @Slow
  @Test
  void thePublishedCriterionIsNamedAsSuch() {
    String out =
        search("--over", "beta", "--values", "0.02", "--search-criterion", "test")
            .succeeded()
            .out();
    assertTrue(out.contains("The published criterion: the choice has seen the test text."), out);
    assertTrue(out.contains("Best: atp (beta 0.02)"), out);
    assertTrue(
        out.contains(
            "Next: %s prune --allocation %s --samples 8 --seq-len 64 --device cpu prunes with it."
                .formatted(Invocation.command(), temp.resolve("result.json"))),
        out);
  }

  @Slow
  @Test
  void autoFindsWhatHelpsThisModel() throws IOException {
    Path output = temp.resolve("auto");
    Result run =
        Runs.prune("--auto-trials", 4, "--output", output, "--statistics", temp.resolve("s.json"))
            .succeeded();
    assertTrue(run.err().contains("4 candidates: each prunes"), run.err());
    JsonNode report = Folders.json(output.resolve("espalier.json"));
    assertEquals("atp", report.get("allocation").asText(), report.get("search")::toPrettyString);
    List<JsonNode> trials = list(report.at("/search/trials"));
    assertEquals(
        List.of("uniform", "atp", "dlp", "owl"),
        trials.stream().map(t -> t.get("allocation").asText()).toList());
    double uniform = trials.get(0).get("perplexity").asDouble();
    assertTrue(trials.get(1).get("perplexity").asDouble() < uniform, report::toPrettyString);
    assertTrue(report.at("/search/criterion").asText().contains("held out"));
    assertFalse(Files.exists(temp.resolve("auto.trials.json")));
  }

  @Slow
  @Test
  void allocationsCompeteByTheirNames() throws IOException {
    Path ratios = Files.writeString(temp.resolve("mine.json"), "[0.5" + ", 0.5".repeat(9) + "]");
    String names = "owl,alphapruning,uniform,er,owl,atp," + ratios;
    Result run =
        search("--values", names, "--beta", 0.0166, "--epsilon", 0.2, "--json").succeeded();
    assertTrue(run.err().contains("6 candidates"), run.err());
    assertTrue(run.err().contains("mine.json make 50.00 % of the model"), run.err());
    List<JsonNode> trials = list(run.json().get("trials"));
    assertEquals(
        List.of("uniform", "owl", "alphapruning", "er", "atp", "file"),
        trials.stream().map(trial -> trial.get("allocation").asText()).toList());
    assertEquals(0.2, trials.get(2).at("/parameters/epsilon").asDouble());
    assertEquals("atp", run.json().at("/best/allocation").asText(), run.json()::toPrettyString);
    search("--values", "lsa,erk").refused("result.json already exists", "other candidates");
    search("--values", "lsa,erk", "--overwrite").succeeded();
  }

  /** Of three blocks, most allocations round to one plan. */
  @Test
  void aPlanIsMeasuredOnceAndItsOthersAreNamed() throws IOException {
    Path output = temp.resolve("auto");
    Result run =
        Runs.pruneTiny(
                temp.resolve("model"),
                "--pattern",
                "N:4",
                "--allocation",
                "auto",
                "--sparsity",
                0.5,
                "--output",
                output)
            .succeeded();
    List<JsonNode> trials =
        list(Folders.json(output.resolve("espalier.json")).at("/search/trials"));
    List<JsonNode> shared = trials.stream().filter(t -> t.has("same_plan_as")).toList();
    assertFalse(shared.isEmpty(), trials::toString);
    long measured = run.err().lines().filter(l -> l.matches("Trial \\d of 6: done.*")).count();
    assertEquals(trials.size(), measured + shared.size(), run.err());
    assertTrue(run.out().contains("same plan as uniform: "), run.out());
  }

  @Test
  void fewerTrialsSayWhatIsLeftOut() throws IOException {
    Result run =
        Runs.pruneTiny(temp.resolve("model"), "--auto-trials", 2, "--output", temp.resolve("auto"))
            .succeeded();
    assertTrue(
        run.err()
            .contains(
                "Tried are the first 2 of 6 candidates, uniform and atp (beta 0.15); not tried are"
                    + " dlp (alpha 0.15, statistic median), owl (lambda 0.08, m 5.0), atp (beta"
                    + " 0.075) and atp (beta 0.225)."),
        run.err());
  }

  @Test
  void refusesWhatCannotBeSearched() {
    search("--over", "allocations", "--values", "owl,best")
        .refused("--values has \"best\"; choose among uniform, dlp");
    search("--values", "owl,atp").refused("the allocation atp needs --beta");
    search("--values", "owl,none.json").refused("cannot read the allocation none.json");
    search("--values", "owl,er", "--beta", 0.01).refused("--beta is a parameter of nothing");
    search("--alpha", 0.1).refused("--alpha is a parameter of nothing");
    search("--over", "beta", "--beta", 0.01).refused("--beta is a parameter of nothing");
    search("--over", "beta", "--evaluations", 5).refused("--evaluations needs --golden");
    search("--evaluations", 5).refused("--evaluations needs --golden");
    search("--over", "gamma").refused("--over is \"gamma\"", "beta");
    search("--over", "alpha").refused("--over alpha needs --values");
    search("--over", "beta", "--values", "0.1,x").refused("--values has \"x\"");
    search("--over", "beta", "--values", "0.2").refused("beta is 0.2", "at most 0.066666");
    search("--over", "alpha", "--golden", "0.3").refused("write FROM:TO");
    search("--over", "alpha", "--golden", "0.3:0.1").refused("first number must be the smaller");
    search("--over", "alpha", "--golden", "0:0.1").refused("alpha is 0.0");
    search("--values", "0.1").refused("--values has \"0.1\"", "name a parameter with --over");
    search("--golden", "0:0.1").refused("--golden needs --over");
    search("--pattern", "2:4").refused("nothing to search");
    search("--evaluate", Sample.TEST).refused("--evaluate needs --search-criterion test");
    search("--samples", 100000, "--seq-len", 64)
        .refused("lower the number of samples", "(--samples, --seq-len, --calibration)");
  }

  @Test
  void refusesAnOutputThatPruneWouldNotTakeOrThatIsAnInput() throws IOException {
    search("--output", temp.resolve("s5")).refused("s5; name a .json file, such as result.json");
    search("--output", temp.resolve("s4.html")).refused("s4.html; name a .json file");
    search("--output", "/").refused("the output is /; name a .json file");
    search("--output", ".").refused("the output is .; name a .json file");
    search("--output", Files.createDirectory(temp.resolve("x.json")))
        .refused("is a folder; choose another name for the output (--output)");
    Path text = Files.copy(Sample.CALIBRATION, temp.resolve("text.json"));
    search("--calibration", text, "--output", text).refused("text.json would change");
    search("--search-criterion", "test", "--evaluate", text, "--output", text)
        .refused("text.json would change");
    Path statistics = temp.resolve("s.json");
    search("--statistics", statistics, "--output", statistics).refused("s.json would change");
    search("--output", Sample.MODEL.resolve("x.json")).refused("would change " + Sample.MODEL);
  }
}
