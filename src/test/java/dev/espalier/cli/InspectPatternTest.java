package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.cli.Runs.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code inspect --pattern}, of pruned models. */
class InspectPatternTest {
  @TempDir Path temp;

  private Path pruned(Object... args) throws IOException {
    Path output = temp.resolve("out");
    Object[] line = new Object[args.length + 2];
    System.arraycopy(args, 0, line, 0, args.length);
    line[args.length] = "--output";
    line[args.length + 1] = output;
    Runs.pruneTiny(temp.resolve("model"), line).succeeded();
    return output;
  }

  private static Result inspect(Path model, String pattern, Object... more) {
    Object[] line = new Object[more.length + 5];
    System.arraycopy(
        new Object[] {"inspect", "--quiet", "--model", model, "--pattern"}, 0, line, 0, 5);
    line[4] = "--pattern=" + pattern;
    System.arraycopy(more, 0, line, 5, more.length);
    return Runs.run(line);
  }

  private Path mixed() throws IOException {
    return pruned("--pattern", "N:8", "--sparsity", 0.5, "--allocation", "atp", "--beta", 0.25);
  }

  @Test
  void aMixedModelIsVerifiedWithEachLinearsOwnN() throws IOException {
    Path model = mixed();
    String out = inspect(model, "N:8").succeeded().out();
    assertTrue(out.contains("N:8 holds in 21 linears: 2:8 in 7, 4:8 in 7, 6:8 in 7."), out);
    JsonNode json = inspect(model, "N:8", "--json").succeeded().json();
    assertEquals("N:8", json.get("pattern").asText());
    assertTrue(json.get("holds").asBoolean());
    assertTrue(json.at("/linears/0/holds").asBoolean());
    assertEquals(6, json.at("/linears/0/kept/8").asInt(), json::toPrettyString);
    JsonNode plain = Runs.run("inspect", "--model", model, "--json").succeeded().json();
    assertEquals(6, plain.at("/linears/0/kept/8").asInt());
    assertFalse(plain.has("holds"));
  }

  @Test
  void itDoesNotHoldWhereTheReportSaysLess() throws IOException {
    Path model = mixed();
    ObjectNode report = (ObjectNode) Folders.json(model.resolve("espalier.json"));
    ObjectNode linear = (ObjectNode) report.at("/blocks/0/linears/0");
    linear.put("target", 0.375);
    Files.writeString(model.resolve("espalier.json"), report.toString());
    inspect(model, "N:8")
        .refused(
            "N:8 does not hold in 1 linear, the first is " + linear.get("name").asText(),
            "keeps 6 of some 8 where its espalier.json says 5");
    JsonNode json = inspect(model, "N:8", "--json").json();
    assertFalse(json.get("holds").asBoolean());
    assertFalse(json.at("/linears/0/holds").asBoolean());
    assertTrue(json.at("/linears/1/holds").asBoolean());
  }

  @Test
  void withoutAReportALinearMayBeWholeAmongPrunedOnes() throws IOException {
    Path model = pruned("--pattern", "N:4", "--sparsity", 0.5, "--allocation", "erk");
    inspect(model, "N:4").succeeded();
    Files.delete(model.resolve("espalier.json"));
    inspect(model, "N:4").succeeded();
    inspect(temp.resolve("model"), "N:4").refused("N:4 does not hold in 21 linears");
  }

  @Test
  void zerosAnywhereAreNoPattern() throws IOException {
    Path model = pruned("--sparsity", 0.5, "--allocation", "uniform");
    inspect(model, "N:8").refused("N:8 does not hold in ", "which keeps 8 of some 8");
    inspect(model, "2:4").refused("2:4 does not hold in 21 linears", "of some 4");
    inspect(model, "1:7").refused("which has 32 columns, no multiple of 7");
    inspect(model, "unstructured").refused("has nothing to verify", "(--pattern)");
  }

  @Test
  void whatAPatternWasVerifiedForIsInTheDocument() throws IOException {
    Path model = pruned("--pattern", "2:4");
    JsonNode json = inspect(model, "2:4", "--json").succeeded().json();
    assertTrue(json.get("holds").asBoolean());
    assertEquals("[\"2:4\"]", json.at("/linears/0/patterns").toString());
    assertEquals("{\"4\":2}", json.at("/linears/0/kept").toString());
    Result fails = inspect(model, "1:4", "--json");
    assertEquals(ExitCode.BAD_INPUT, fails.code());
    assertFalse(fails.json().get("holds").asBoolean());
  }
}
