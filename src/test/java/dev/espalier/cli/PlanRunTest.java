package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.cli.Runs.Result;
import dev.espalier.device.HostMemory;
import dev.espalier.files.DurableFiles;
import dev.espalier.report.DocumentKind;
import dev.espalier.testing.Samples;
import dev.espalier.testing.Slow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanRunTest {
  @TempDir Path temp;

  @AfterEach
  void unlimited() {
    System.clearProperty(HostMemory.LIMIT);
  }

  private Result prune(Object... more) throws IOException {
    List<Object> line =
        new ArrayList<>(List.of("--output", temp.resolve("out"), "--device", "cpu"));
    line.addAll(List.of(more));
    return Runs.pruneTiny(temp.resolve("model"), line.toArray());
  }

  /** What this process has now and so much more. */
  private static void leave(long bytes) {
    System.setProperty(HostMemory.LIMIT, Long.toString(HostMemory.taken() + bytes));
  }

  @Test
  void tellsWhatTheRunWillTakeAndStartsNothing() throws IOException {
    Path text = Files.writeString(temp.resolve("text.txt"), Samples.someText(4000));
    Result told = prune("--plan", "--json", "--evaluate", text, "--compare-uniform").succeeded();
    JsonNode plan = told.json();
    Schemas.assertValid(DocumentKind.PLAN, plan);
    List<String> phases = new ArrayList<>();
    plan.get("phases").forEach(phase -> phases.add(phase.get("phase").asText()));
    assertEquals(List.of("allocate", "search", "prune", "compare", "evaluate"), phases);
    assertTrue(plan.get("fits").asBoolean() && plan.get("seconds").asDouble() > 0, told.out());
    assertEquals("host", plan.at("/phases/2/windows/0/home").asText());
    assertFalse(Files.exists(temp.resolve("out")));
    assertFalse(Files.exists(temp.resolve("out.partial")));
    String lines = prune("--plan", "--evaluate", text).succeeded().out();
    assertTrue(lines.contains("\nIt fits.\n") && lines.contains("Writes "), lines);
  }

  @Test
  void aRunThatCannotFitIsRefusedBeforeItStarts() throws IOException {
    leave(1 << 20);
    String lines = prune("--plan", "--method", "sparsegpt").succeeded().out();
    assertTrue(lines.contains("It does not fit"), lines);
    prune("--method", "sparsegpt", "--allocation", "uniform")
        .refused("\"prune\" needs", "of the memory, of which only", "(--seq-len, --method)");
    prune("--method", "admm", "--allocation", "uniform").refused("(--seq-len, --method)");
    prune("--allocation", "uniform").refused("needs", "take shorter windows (--seq-len)");
    assertFalse(Files.exists(temp.resolve("out.partial")));
  }

  @Slow
  @Test
  void whatMemoryCannotHoldGoesToTheWorkFolder() throws IOException {
    Path work = Files.createDirectory(temp.resolve("work"));
    String text = Files.readString(Samples.CALIBRATION);
    Path twice = Files.writeString(temp.resolve("twice.txt"), text + text);
    List<Object> line =
        List.of(
            "--samples",
            800,
            "--seq-len",
            512,
            "--allocation",
            "uniform",
            "--calibration",
            twice,
            "--work-dir",
            work);
    assertFalse(prune(line.toArray()).succeeded().err().contains("on disk:"));
    byte[] kept = Files.readAllBytes(temp.resolve("out/model.safetensors"));
    DurableFiles.deleteTree(temp.resolve("out"));
    List<Object> planning = new ArrayList<>(line);
    planning.addAll(List.of("--plan", "--json"));
    JsonNode phase = prune(planning.toArray()).succeeded().json().at("/phases/0");
    long states = phase.at("/windows/0/bytes").asLong();
    leave(phase.at("/bytes/host").asLong() - states / 16); // the heap takes more until then
    Result spilled = prune(line.toArray()).succeeded();
    assertTrue(spilled.err().contains("stay in a file on disk"), spilled.err());
    assertEquals(List.of(), DurableFiles.list(work));
    assertArrayEquals(kept, Files.readAllBytes(temp.resolve("out/model.safetensors")));
  }

  @Test
  void theWorkFolderMustBeOne() throws IOException {
    prune("--work-dir", temp.resolve("none")).refused("none", "is no folder", "--work-dir");
  }
}
