package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.cli.Runs.Result;
import dev.espalier.testing.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that only look, the help, and what is on which stream. */
class EvalInspectTest {
  @TempDir Path temp;

  private Path text() throws IOException {
    return Files.writeString(temp.resolve("a.txt"), Samples.someText(4000));
  }

  @Test
  void evaluatesForPeopleAndMachines() throws IOException {
    Path text = text();
    Result table = Runs.run("eval", "--evaluate", text, "--seq-len", 64).succeeded();
    assertTrue(table.out().startsWith("corpus"), table.out());
    assertTrue(table.out().contains("windows of 64 tokens, float32"), table.out());
    assertTrue(table.err().contains("Evaluating: done in"), table.err());

    JsonNode json =
        Runs.run("eval", "--evaluate", text, "--seq-len", 64, "--json").succeeded().json();
    double value = json.at("/perplexity/0/value").asDouble();
    assertTrue(value > 10 && value < 200, json.toString());
    assertEquals(64, json.at("/perplexity/0/protocol/seq_len").asInt());
    assertTrue(json.get("seconds").asDouble() > 0);
    assertTrue(table.out().contains("%.2f".formatted(value)), table.out());
  }

  @Test
  void evaluatesJsonLinesAsJoinedDocuments() throws IOException {
    String text = Files.readString(text());
    Path lines = temp.resolve("a.jsonl");
    Files.writeString(lines, Folders.JSON.createObjectNode().put("text", text) + "\n");
    Object[] line = {"eval", "--evaluate", text() + "," + lines, "--seq-len", 64, "--json"};
    JsonNode json = Runs.run(line).succeeded().json();
    assertEquals(
        json.at("/perplexity/0/value").asDouble(), json.at("/perplexity/1/value").asDouble());
  }

  @Test
  void inspectsForPeopleAndMachines() throws IOException {
    String table = Runs.run("inspect").succeeded().out();
    assertEquals(72, table.lines().count());
    assertTrue(table.contains("model.layers.9.self_attn.v_proj.weight"), table);
    assertTrue(table.contains("3,932,160 weights in 70 linears"), table);

    JsonNode json = Runs.run("inspect", "--json").succeeded().json();
    assertEquals(3_932_160, json.get("weights").asLong());
    assertEquals(70, json.get("linears").size());
    assertEquals("BF16", json.at("/linears/0/dtype").asText());
  }

  @Test
  void verifyingAPatternFailsWhereItDoesNotHold() {
    Result result = Runs.run("inspect", "--pattern", "2:4", "--quiet");
    result.refused("2:4 does not hold in 70 linears", "model.layers.0.");
    assertTrue(result.out().contains("3,932,160 weights"), result.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"prune", "eval", "inspect"})
  void everyCommandExplainsItself(String command) {
    String help = Runs.run(command, "--help").succeeded().out();
    assertTrue(help.startsWith("espalier " + command), help);
    assertTrue(help.contains("--model FOLDER"), help);
    assertTrue(help.contains("--json"), help);
    assertTrue(help.lines().allMatch(line -> line.length() <= 100), help);
    assertEquals(help, Runs.run("help", command).succeeded().out());
    assertEquals(help, Runs.run(command, "--no-such-option", "-h").succeeded().out());
  }

  @Test
  void theProgramExplainsItself() {
    String help = Runs.run("--help").succeeded().out();
    for (String command : new String[] {"prune", "eval", "inspect", "bench"}) {
      assertTrue(help.contains("  espalier " + command), help);
    }
    Result nothing = Runs.run();
    assertEquals(ExitCode.BAD_INPUT, nothing.code());
    assertEquals("", nothing.out());
    assertEquals(help, nothing.err());
    assertTrue(
        Runs.run("--version").succeeded().out().matches("espalier \\d+\\.\\d+\\.\\d+\\S*\n"));
  }
}
