package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import dev.espalier.report.DocumentKind;
import dev.espalier.testing.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The schema of {@code espalier.json} against what runs write. */
class ReportSchemaTest {
  private static final JsonSchema SCHEMA = Schemas.of(DocumentKind.PRUNE);

  @TempDir Path temp;

  private ObjectNode report(Object... args) throws IOException {
    Path output = temp.resolve("out");
    Object[] line = new Object[args.length + 3];
    System.arraycopy(args, 0, line, 0, args.length);
    line[args.length] = "--output";
    line[args.length + 1] = output;
    line[args.length + 2] = "--overwrite";
    Runs.pruneTiny(temp.resolve("model"), line).succeeded();
    return (ObjectNode) Folders.json(output.resolve("espalier.json"));
  }

  private static void assertValid(JsonNode report) {
    Schemas.assertValid(DocumentKind.PRUNE, report);
  }

  @Test
  void reportsKeepToTheirSchema() throws IOException {
    Path text = Files.writeString(temp.resolve("text.txt"), Samples.someText(4000));
    ObjectNode searched =
        report(
            "--method", "sparsegpt", "--auto-trials", 2, "--compare-uniform", "--evaluate", text);
    assertValid(searched);
    assertEquals(DocumentKind.SCHEMA, searched.get("schema").asInt());
    assertEquals(2, searched.at("/search/trials").size());
    assertEquals(1, searched.get("perplexity").size());
    assertValid(report("--pattern", "N:8", "--allocation", "atp", "--beta", 0.02));
    ObjectNode plain = report("--method", "magnitude", "--pattern", "2:4");
    assertValid(plain);
    assertEquals(0, plain.get("method_parameters").size());
    ObjectNode compute = (ObjectNode) plain.get("compute");
    assertFalse(compute.has("cuda"), "it ran on the CPU");
    compute
        .putObject("cuda")
        .put("tf32", false)
        .put("flash_attention", true)
        .put("cudnn_attention", false);
    assertValid(plain);
  }

  @Test
  void parametersOfTheMethodAreReported() throws IOException {
    ObjectNode report =
        report(
            "--method",
            "sparsegpt",
            "--allocation",
            "uniform",
            "--damping",
            0.5,
            "--block-size",
            64);
    assertValid(report);
    assertEquals(0.5, report.at("/method_parameters/damping").asDouble());
    assertEquals(64, report.at("/method_parameters/block_size").asInt());
  }

  @Test
  void warningsStandApartFromNotes() throws IOException {
    ObjectNode report =
        report("--samples", 4, "--allocation", "dlp", "--alpha", 0.3, "--sparsity", 0.9);
    assertValid(report);
    String warnings = report.get("warnings").toString();
    assertTrue(warnings.contains("context is 512 tokens"), warnings);
    assertTrue(warnings.contains("dlp allocation asks to prune more than 99 % or less"), warnings);
    assertEquals(2, report.get("warnings").size(), warnings);
    assertEquals(1, report.get("notes").size(), report.get("notes")::toString);
    assertTrue(report.at("/notes/0").asText().startsWith("A text is read with BOS <s>"));
  }

  @Test
  void theMemoryOfEveryPhaseIsReported() throws IOException {
    ObjectNode report = report("--allocation", "owl");
    assertEquals(
        report.get("seconds").size(), report.get("peak_bytes_by_phase").size(), report::toString);
    long largest = 0;
    for (JsonNode peak : report.get("peak_bytes_by_phase")) {
      assertTrue(peak.asLong() > 50_000_000, report::toString);
      largest = Math.max(largest, peak.asLong());
    }
    assertEquals(largest, report.get("peak_bytes").asLong());
  }

  @Test
  void whatTheSchemaDoesNotNameIsRefused() throws IOException {
    ObjectNode report = report("--allocation", "uniform");
    assertValid(report);
    ((ObjectNode) report.at("/blocks/0/linears/0")).put("density", 0.3);
    assertFalse(SCHEMA.validate(report).isEmpty());
    ((ObjectNode) report.at("/blocks/0/linears/0")).remove("density");
    report.put("schema", DocumentKind.SCHEMA + 1);
    assertFalse(SCHEMA.validate(report).isEmpty());
    report.put("schema", DocumentKind.SCHEMA).remove("notes");
    assertFalse(SCHEMA.validate(report).isEmpty());
  }
}
