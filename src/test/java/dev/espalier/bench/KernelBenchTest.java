package dev.espalier.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class KernelBenchTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void printsTableWithOneRowForEachCase() {
    assertEquals(0, run("--quick", "--filter", "activation norms"));
    String text = out.toString(StandardCharsets.UTF_8);
    assertTrue(text.contains("| activation norms"), text);
    assertTrue(text.contains("| pass: "), text);
    assertTrue(text.contains("Self-test before: copy "), text);
    assertTrue(text.contains("Self-test after: copy "), text);
  }

  @Test
  void printsNothingButJsonWhenAsked() throws IOException {
    assertEquals(0, run("--quick", "--json", "--filter", "Wanda rows"));
    JsonNode document = new ObjectMapper().readTree(out.toByteArray());
    assertEquals(2, document.get("results").size());
    JsonNode result = document.get("results").get(0);
    assertEquals(9, result.get("reference").get("runs_ms").size());
    assertTrue(result.get("gate").get("passed").asBoolean());
  }

  @Test
  void listsCasesWhenFilterMatchesNone() {
    assertEquals(2, run("--quick", "--filter", "no such case"));
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("activation norms 100×200 bf16"));
  }

  @Test
  void refusesTooFewRepeats() {
    assertEquals(2, run("--repeats", "2"));
    assertEquals(2, run("--threads", "two"));
    assertEquals(2, run("--unknown"));
  }

  @Test
  void fewerRepeatsSpareSlowCasesOnly() {
    assertEquals(new Harness.Repeats(9, 3), BenchOptions.parse("--repeats", "3").timedRuns());
    assertEquals(new Harness.Repeats(21, 21), BenchOptions.parse("--repeats", "21").timedRuns());
  }

  @Test
  void summarisesRuns() {
    Timing timing = new Timing(new double[] {4, 1, 2, 3, 10});
    assertEquals(3, timing.median());
    assertEquals(1.0 / 3, timing.spread(), 1e-12);
  }

  @Test
  void gateFailsOnNaN() {
    assertFalse(Gate.atMost("error", Double.NaN, 1).passed());
    assertFalse(Gate.all(Gate.none("differ", 0), Gate.none("differ", 1)).passed());
  }

  private int run(String... args) {
    return KernelBench.run(
        args,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }
}
