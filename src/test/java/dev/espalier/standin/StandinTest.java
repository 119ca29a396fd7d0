package dev.espalier.standin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.files.Json;
import dev.espalier.standin.Standin.Run;
import dev.espalier.standin.Trace.Event;
import dev.espalier.testing.Samples;
import dev.espalier.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Which calls whole runs make of CUDA, on a stand-in for it (src/test/standin): {@code mvn -Pgpu
 * -Pstandin verify}.
 */
@Tag("standin")
class StandinTest {
  private static final int BLOCKS = 4;
  private static final int HIDDEN = 1024;
  private static final int INNER = 2816;

  /** Of the blocks' linears, in bf16: q and o, k and v, gate, up and down. */
  private static final long LINEAR_BYTES = 2L * BLOCKS * HIDDEN * (3 * HIDDEN + 3 * INNER);

  @TempDir static Path shared;
  @TempDir Path temp;

  @BeforeAll
  static void makeModel() throws IOException {
    TinyModel.folder(shared.resolve("model"), BLOCKS, HIDDEN, INNER);
  }

  private Run prune(Standin standin, Object... more) throws Exception {
    List<Object> line =
        new ArrayList<>(
            List.of(
                "prune",
                "--model",
                shared.resolve("model"),
                "--calibration",
                Samples.CALIBRATION,
                "--output",
                temp.resolve("out"),
                "--samples",
                8,
                "--seq-len",
                512,
                "--evaluate",
                "none"));
    line.addAll(List.of(more));
    return standin.run(line.toArray());
  }

  @Test
  void savingABlockOverlapsComputingTheNext() throws Exception {
    Standin slowDisk = new Standin(1, 79 << 10, 400);
    Trace trace = prune(slowDisk, "--allocation", "uniform").trace();
    List<Long> launches = trace.syncs().stream().map(trace::launchesBeside).toList();
    long beside = launches.stream().filter(count -> count > 0).count();
    assertTrue(beside >= BLOCKS - 1, () -> "launches while files are forced to disk: " + launches);
  }

  @Test
  void aPruneWaitsSeldomAndComputesOnOneStream() throws Exception {
    Trace trace = prune(Standin.usual(), "--allocation", "uniform").trace();
    assertEquals(
        Set.of("default"),
        trace.calls("launch").stream().map(Event::stream).collect(Collectors.toSet()));
    long computing = trace.which(one -> one.is("wait") && one.stream().equals("default")).size();
    long copying = trace.which(one -> one.is("wait") && one.stream().equals("side0")).size();
    System.out.println("WAITS " + computing + " " + copying + " all " + trace.calls("wait").size());
  }

  @Test
  void theFirstDeviceIsLeftAloneIfTheSecondIsAskedFor() throws Exception {
    Standin two = new Standin(2, 79 << 10, 0);
    Trace trace = prune(two, "--allocation", "uniform", "--device", "cuda:1").trace();
    List<Event> onFirst = trace.which(one -> one.device() == 0 && !one.call().startsWith("sync_"));
    assertEquals(List.of(), onFirst);
    assertTrue(trace.calls("launch").size() > 100);
  }

  @Test
  void whatComputesIsReported() throws Exception {
    prune(Standin.usual(), "--allocation", "uniform");
    JsonNode compute = Json.read(temp.resolve("out/espalier.json")).get("compute");
    assertEquals("cuda:0", compute.get("device").asText());
    assertEquals(
        "{\"cudnn_attention\":false,\"flash_attention\":true,\"tf32\":false}",
        compute.get("cuda").toString());
  }
}
