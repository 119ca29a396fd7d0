package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.cli.Runs.Result;
import dev.espalier.report.html.Pages;
import dev.espalier.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AllocateRunTest {
  @TempDir Path temp;

  private static Result allocate(Object... args) {
    List<Object> line =
        new ArrayList<>(List.of("allocate", "--device", "cpu", "--samples", 4, "--seq-len", 64));
    line.addAll(List.of(args));
    return Runs.run(line.toArray());
  }

  @Test
  void showsAllocationsSideBySide() throws IOException {
    String out = allocate("--allocation", "uniform,dlp,atp", "--quiet").succeeded().out();
    assertTrue(out.startsWith("sparsity of block  uniform     dlp     atp"), out);
    assertEquals(1 + 10, out.strip().lines().count(), out);
    assertTrue(out.contains("0.7000"), out);
  }

  @Test
  void everyAllocationMeetsTheTarget() throws IOException {
    JsonNode json =
        allocate(
                "--allocation",
                "uniform,dlp,owl,atp,alphapruning,lsa,er,erk",
                "--sparsity",
                0.6,
                "--json")
            .succeeded()
            .json();
    assertEquals(8, json.get("allocations").size());
    for (JsonNode plan : json.get("allocations")) {
      double mean = 0;
      for (JsonNode block : plan.get("block_sparsities")) {
        mean += block.asDouble() / 10; // all blocks of the sample are alike
      }
      assertEquals(0.6, mean, 1e-4, plan.get("allocation").asText());
      assertEquals(70, plan.get("linear_sparsities").size());
    }
  }

  @Test
  void whatGoesByLinearsIsShownByLinears() throws IOException, InterruptedException {
    Path page = temp.resolve("page.html");
    Object[] line = {"--allocation", "uniform,er,erk", "--quiet", "--output", page};
    String out = allocate(line).succeeded().out();
    assertTrue(
        out.matches("(?s).*\n0 +0.7000  0.7000 \\(0.28–0.75\\)  0.7000 \\(0.00–0.95\\)\n.*"), out);
    assertTrue(
        out.matches("(?s).*\nsparsity of linear +er +erk\n.*down_proj +0.75 +0.00\n.*"), out);
    Pages.assertReadable(
        page,
        temp,
        3,
        "Sparsity of each linear under erk",
        "er (mean of linears that differ), erk (mean of linears that differ), uniform");
    JsonNode json = Folders.json(temp.resolve("page.json"));
    assertEquals("[0.7,0.7]", json.at("/allocations/0/block_ranges/0").toString());
    JsonNode erk = json.at("/allocations/2");
    assertEquals(0, erk.at("/block_ranges/3/0").asDouble());
    assertEquals(
        erk.get("linear_sparsities").get("model.layers.3.mlp.gate_proj.weight"),
        erk.at("/block_ranges/3/1"));
  }

  @Test
  void filesGoByTheirNames() throws IOException, InterruptedException {
    String densities = "[0.2, 0.2, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.4, 0.4]";
    Path a = Files.writeString(temp.resolve("a.json"), densities);
    Path b = Files.writeString(temp.resolve("b.json"), densities.replace("0.2", "0.1"));
    Path other = Files.createDirectory(temp.resolve("other"));
    Path namesake = Files.writeString(other.resolve("b.json"), densities.replace("0.4", "0.5"));
    String names = "atp,%s,%s,%s,atp".formatted(a, b, namesake);
    Path page = temp.resolve("page.html");
    String out = allocate("--allocation", names, "--output", page).succeeded().out();
    String header = out.lines().findFirst().orElseThrow();
    String seen = header.replaceAll(" {2,}", " | ");
    String expected = "sparsity of block | atp | a.json | file (file %s) | file (file %s)";
    assertEquals(expected.formatted(b, namesake), seen);
    Pages.assertReadable(page, temp, 1, ">a.json<", ">file (file " + namesake + ")<");
  }

  @Test
  void noTextIsNeededWhereNothingLooksAtOne() throws IOException {
    Path model = Sample.MODEL;
    JsonNode json =
        Runs.run("allocate", "--model", model, "--allocation", "er,alphapruning", "--json")
            .succeeded()
            .json();
    assertTrue(json.path("calibration").isMissingNode());
    Runs.run("allocate", "--model", model, "--allocation", "dlp")
        .refused("a calibration text is needed", "(--calibration)");
  }

  @Test
  void onePassServesAllAndIsKept() throws IOException {
    Path statistics = temp.resolve("statistics.json");
    Object[] line = {"--allocation", "owl,dlp,lsa", "--statistics", statistics, "--json"};
    Result first = allocate(line).succeeded();
    assertEquals(1, first.err().split("Measuring the dense model", -1).length - 1, first.err());
    Result second = allocate(line).succeeded();
    assertEquals(first.json(), second.json());
    assertTrue(!second.err().contains("Measuring"), second.err());
  }

  @Test
  void spectraAreKeptToo() throws IOException {
    Path statistics = temp.resolve("statistics.json");
    Object[] line = {"--allocation", "alphapruning", "--statistics", statistics, "--json"};
    Result first = allocate(line).succeeded();
    assertTrue(Files.exists(statistics));
    Result second = allocate(line).succeeded();
    assertEquals(first.json(), second.json());
    assertTrue(!second.err().contains("Measuring"), second.err());
    Path model = Sample.MODEL;
    Runs.run("allocate", "--model", model, "--allocation", "er", "--statistics", statistics)
        .refused("a calibration text is needed", "statistics are kept", "(--calibration)");
  }

  @Test
  void writesAPageWithTheJsonBesideIt() throws IOException, InterruptedException {
    Path page = temp.resolve("allocations.html");
    Object[] line = {"--allocation", "uniform,dlp,atp", "--output", page};
    String out = allocate(line).succeeded().out();
    assertTrue(out.contains("The page is " + page), out);
    Pages.assertReadable(page, temp, 1, "atp (beta ", "dlp (alpha 0.15", "0.7000");
    JsonNode json = Folders.json(temp.resolve("allocations.json"));
    assertEquals(3, json.get("allocations").size());
  }

  @Test
  void thePageTellsWhatTheUserWasTold() throws IOException {
    Path page = temp.resolve("allocations.html");
    Object[] line = {"--allocation", "dlp", "--alpha", 0.3, "--sparsity", 0.9, "--output", page};
    String told = "The dlp allocation asks to prune more than 99 % or less than nothing of block ";
    String err = allocate(line).succeeded().err();
    assertTrue(err.contains(told), err);
    String html = Files.readString(page);
    assertEquals(2, html.split(told, -1).length, html);
  }

  @Test
  void thePageTellsThatAFileIsForAnotherSparsity() throws IOException {
    Path ratios = Files.writeString(temp.resolve("ratios.json"), "[0.5" + ", 0.5".repeat(9) + "]");
    Path page = temp.resolve("allocations.html");
    String told = "ratios.json make 50.00 % of the model, but 70.00 % is asked for";
    Object[] line = {"--allocation", ratios, "--sparsity", 0.7, "--output", page};
    String err = allocate(line).succeeded().err();
    assertTrue(err.contains(told), err);
    assertTrue(Files.readString(page).contains(told));
    Object[] asMade = {"--allocation", ratios, "--sparsity", 0.5};
    assertTrue(!allocate(asMade).succeeded().err().contains("is asked for"));
    assertTrue(allocate("--allocation", ratios).succeeded().err().contains("this total holds"));
  }

  @Test
  void anOutputThatCannotBeIsRefusedBeforeAnythingIsMeasured() {
    allocate("--output", temp.resolve("a.json"))
        .refused("the output is", "name a page", "(--output)");
    allocate("--output", temp.resolve("none/a.html")).refused("none is no folder");
  }

  @Test
  void noInputIsOverwritten() throws IOException {
    Path ratios = Files.writeString(temp.resolve("ratios.json"), "[0.3" + ", 0.3".repeat(9) + "]");
    Path link = Files.createSymbolicLink(temp.resolve("link"), temp);
    for (Path page : List.of(temp.resolve("ratios.html"), link.resolve("./ratios.html"))) {
      allocate("--allocation", ratios, "--output", page)
          .refused("ratios.json would change", "choose another output (--output)");
    }
    Path statistics = link.resolve("s.json");
    allocate("--statistics", statistics, "--output", temp.resolve("s.html"))
        .refused("s.json would change");
    Path text = Files.copy(Sample.CALIBRATION, temp.resolve("text.html"));
    allocate("--calibration", text, "--output", text).refused("text.html would change");
    allocate("--output", Sample.MODEL.resolve("x.html")).refused("would change " + Sample.MODEL);
    assertEquals(List.of("link", "ratios.json", "text.html"), names());
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(temp)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void refusesWhatCannotBe() {
    allocate("--allocation", "auto").refused("\"auto\"; choose among uniform, dlp", "a .json file");
    allocate("--output", "/").refused("the output is /; name a page");
    allocate("--allocation", "dlp,best").refused("--allocation is \"best\"");
    allocate("--allocation", "dlp,owl", "--beta", 0.1).refused("--beta belongs to", "dlp, owl");
    allocate("--pattern", "2:4").refused("gives every block the same");
  }

  @Test
  void whatIsNotGivenIsTheSameForPruning() throws IOException {
    Path model = TinyModel.folder(temp.resolve("model"));
    JsonNode shown =
        Runs.run("allocate", "--model", model, "--allocation", "atp", "--json").succeeded().json();
    Path output = temp.resolve("out");
    var pruned = Runs.pruneTiny(model, "--allocation", "atp", "--output", output).succeeded();
    assertEquals(
        shown.at("/allocations/0/parameters"),
        Folders.json(output.resolve("espalier.json")).get("allocation_parameters"));
    assertTrue(
        pruned
            .err()
            .contains(
                "The allocation is atp (beta 0.15): beta is not given, and half of the largest is"
                    + " taken."),
        pruned.err());
    Runs.pruneTiny(model, "--allocation", "atp", "--pattern", "2:4", "--output", output)
        .refused("the allocation atp cannot apply");
  }
}
