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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  /** Of the thread that computes: for each block, and for the embedding and the output's files. */
  private static final long WAITS_OF_A_BLOCK = 35;

  private static final long WAITS_BESIDE = 30;

  /** Of the thread that copies: one for each of a block's tensors, and two for the block. */
  private static final long WAITS_OF_A_COPY = 9 + 2;

  private static final Pattern SIZE = Pattern.compile("(\\d+\\.\\d) (MiB|GiB)");

  @TempDir static Path shared;
  @TempDir Path temp;

  @BeforeAll
  static void makeModel() throws IOException {
    TinyModel.folder(shared.resolve("model"), BLOCKS, HIDDEN, INNER);
  }

  private Run prune(Standin standin, String allocation, int samples, Object... more)
      throws Exception {
    List<Object> line = new ArrayList<>(List.of("prune", "--model", shared.resolve("model")));
    line.addAll(List.of("--calibration", Samples.CALIBRATION, "--output", temp.resolve("out")));
    line.addAll(List.of("--samples", samples, "--seq-len", 512, "--evaluate", "none"));
    line.addAll(List.of("--allocation", allocation));
    line.addAll(List.of(more));
    return standin.run(line.toArray());
  }

  private static long waits(Trace trace, String stream, boolean computing) {
    long main = trace.calls("launch").get(0).thread();
    return trace
        .which(
            one ->
                one.is("wait") && one.stream().equals(stream) && one.thread() == main == computing)
        .size();
  }

  @Test
  void savingABlockOverlapsComputingTheNext() throws Exception {
    Standin slow = new Standin(1, 79 << 10, 500, 300);
    Trace trace = prune(slow, "uniform", 8).trace();
    List<Long> launches = trace.syncs().stream().map(trace::launchesBeside).toList();
    long beside = launches.stream().filter(count -> count > 0).count();
    assertTrue(beside >= BLOCKS - 1, () -> "launches while files are forced to disk: " + launches);
  }

  @Test
  void aPruneComputesOnOneStreamAndWaitsSeldom() throws Exception {
    Trace trace = prune(Standin.usual(), "uniform", 8).trace();
    assertEquals(
        Set.of("default"),
        trace.calls("launch").stream().map(Event::stream).collect(Collectors.toSet()));
    assertTrue(trace.calls("launch").stream().noneMatch(launch -> launch.name().isEmpty()));
    long computing = waits(trace, "default", true);
    assertTrue(computing <= WAITS_OF_A_BLOCK * BLOCKS + WAITS_BESIDE, () -> computing + " waits");
    long copying = waits(trace, "side0", false) + waits(trace, "default", false);
    assertTrue(copying <= WAITS_OF_A_COPY * BLOCKS, () -> copying + " waits");
    assertEquals(
        computing + copying, trace.calls("wait").size(), "others, such as of the whole device");

    JsonNode compute = Json.read(temp.resolve("out/espalier.json")).get("compute");
    assertEquals("cuda:0", compute.get("device").asText());
    assertEquals(
        "{\"cudnn_attention\":false,\"flash_attention\":true,\"tf32\":false}",
        compute.get("cuda").toString());
  }

  @Test
  void memoryStaysWithinThePlan() throws Exception {
    // Where the activations cannot stay, it says how much room it wants.
    String told = prune(new Standin(1, 860, 0, 0), "uniform", 256).err();
    Matcher sizes =
        SIZE.matcher(
            told.lines()
                .filter(line -> line.contains("stay in pinned host memory"))
                .findFirst()
                .orElseThrow(() -> new AssertionError(told)));
    long states = next(sizes);
    next(sizes);
    long working = next(sizes);
    Trace trace = prune(Standin.usual(), "uniform", 256, "--overwrite").trace();
    int asked = trace.events().lastIndexOf(trace.calls("memory_info").get(0));
    long before = new Trace(trace.events().subList(0, asked)).peakBytes(0);
    long peak = trace.peakBytes(0);
    assertTrue(
        peak <= before + states + working,
        () -> "%d + %d + %d, but %d".formatted(before, states, working, peak));
    assertTrue(peak > states);
  }

  private static long next(Matcher sizes) {
    assertTrue(sizes.find());
    double unit = sizes.group(2).equals("MiB") ? 1 << 20 : 1 << 30;
    return (long) (Double.parseDouble(sizes.group(1)) * unit);
  }

  @Test
  void trialsKeepNoBlocks() throws Exception {
    Trace trace = prune(Standin.usual(), "auto", 8, "--auto-trials", 2).trace();
    assertEquals(2, Json.read(temp.resolve("out/espalier.json")).at("/search/trials").size());
    long fromDevice = trace.copied(way -> way.startsWith("device to ") && !way.endsWith("device"));
    assertTrue(fromDevice >= LINEAR_BYTES, "the pruned model, once");
    assertTrue(fromDevice < 1.1 * LINEAR_BYTES, () -> fromDevice + " bytes");
  }

  @Test
  void theFirstDeviceIsLeftAloneIfTheSecondIsAskedFor() throws Exception {
    Standin two = new Standin(2, 79 << 10, 0, 0);
    Trace trace = prune(two, "uniform", 8, "--device", "cuda:1").trace();
    assertEquals(
        List.of(), trace.which(one -> one.device() == 0 && !one.call().startsWith("sync_")));
    assertTrue(trace.calls("launch").size() > 100);
  }

  /** A step of LSA's removes one weight of every row; 64 for 128 columns. */
  @Test
  void linearsThatShareAnInputTakeLsasStepsInCommon() throws Exception {
    Trace trace =
        Standin.usual()
            .run(
                "allocate",
                "--model",
                shared.resolve("model"),
                "--calibration",
                Samples.CALIBRATION,
                "--samples",
                8,
                "--seq-len",
                512,
                "--allocation",
                "lsa",
                "--output",
                temp.resolve("lsa.html"))
            .trace();
    // Query, key and value; output; gate and up; down.
    long steps = BLOCKS * 64 * (3 * HIDDEN + INNER) / 128;
    long launches = trace.calls("launch").size();
    assertTrue(launches < 9.5 * steps, () -> launches + " launches for " + steps + " steps");
  }
}
