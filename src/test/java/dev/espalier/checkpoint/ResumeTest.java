package dev.espalier.checkpoint;

import static dev.espalier.checkpoint.Checkpoints.assertRefused;
import static dev.espalier.checkpoint.Checkpoints.copied;
import static dev.espalier.checkpoint.Checkpoints.filled;
import static dev.espalier.checkpoint.Checkpoints.run;
import static dev.espalier.checkpoint.Checkpoints.tree;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.files.DurableFiles;
import dev.espalier.files.Json;
import dev.espalier.testing.JavaProcess;
import dev.espalier.testing.Samples;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResumeTest {
  @TempDir Path temporary;
  private Path output;
  private Path partial;
  private ModelFolder source;

  @BeforeEach
  void openSource() throws IOException {
    output = temporary.resolve("output");
    partial = temporary.resolve("output.partial");
    source =
        ModelFolder.open(Checkpoints.sharded(Files.createDirectory(temporary.resolve("input"))));
  }

  @AfterEach
  void closeSource() {
    source.close();
  }

  @Test
  void goesOnWhereItStoppedAndEndsEqual() throws IOException {
    try (ModelFolderWriter writer = open(run(0), false)) {
      putA(writer);
    }
    assertFalse(Files.exists(output));
    try (ModelFolderWriter writer = open(run(0), false)) {
      assertTrue(writer.resumed());
      assertEquals(Set.of("a"), writer.written());
      assertEquals(run(10), writer.state());
      putC(writer);
      assertEquals(Set.of("a", "c"), writer.written());
      writer.finish(Map.of(), new byte[0], Json.object());
    }
    assertFalse(Files.exists(partial));
    assertUninterruptedGivesTheSame();
  }

  @Test
  void theRunIsComparedAsJson() {
    ObjectNode ints = run(0).put("n", 5).put("p", 0.5);
    ObjectNode longs = Json.object().put("p", 0.5f).put("n", 5L).put("seed", 0);
    try (ModelFolderWriter writer = open(ints, false)) {
      putA(writer);
    }
    try (ModelFolderWriter writer = open(longs, false)) {
      assertTrue(writer.resumed());
    }
  }

  @Test
  void theResultOfOtherSettingsIsKeptUnlessOverwritten() throws IOException {
    try (ModelFolderWriter writer = open(run(0), false)) {
      putA(writer);
    }
    Map<String, ByteBuffer> before = tree(partial);
    assertRefused(
        () -> open(run(1), false),
        partial.toString(),
        "other settings (seed 0 there, 1 here)",
        "allow overwriting");
    assertEquals(before, tree(partial));
    try (ModelFolderWriter writer = open(run(1), true)) {
      assertFalse(writer.resumed());
      assertEquals(Set.of(), writer.written());
      assertTrue(writer.state().isEmpty());
    }
    assertFalse(Files.exists(partial));
  }

  @Test
  void overwriteStillResumesTheSameRun() {
    try (ModelFolderWriter writer = open(run(0), true)) {
      putA(writer);
    }
    try (ModelFolderWriter writer = open(run(0), true)) {
      assertTrue(writer.resumed());
    }
  }

  @Test
  void withoutAPutNothingIsLeft() {
    open(run(0), false).close();
    assertFalse(Files.exists(partial));
  }

  @Test
  void aDiscardedRunLeavesNothing() {
    try (ModelFolderWriter writer = open(run(0), false)) {
      putA(writer);
      writer.discard();
      assertFalse(Files.exists(partial));
    }
    assertFalse(Files.exists(partial));
  }

  @Test
  void anUnreadableJournalMeansAFreshStart() throws IOException {
    for (String journal : new String[] {"", "{", "[]", "{}", "{\"run\":{},\"state\":{}}"}) {
      Files.createDirectories(partial);
      Files.writeString(partial.resolve(Journal.FILE_NAME), journal);
      Files.writeString(partial.resolve("left.over"), "x");
      try (ModelFolderWriter writer = open(run(0), false)) {
        assertFalse(writer.resumed(), journal);
        putA(writer);
        writer.finish(Map.of(), new byte[0], Json.object());
      }
      assertFalse(Files.exists(output.resolve("left.over")));
      DurableFiles.deleteTree(output);
    }
  }

  @Test
  void anEmptyPartialFolderIsTakenOverButNotAStrangers() throws IOException {
    Files.createDirectories(partial);
    open(run(0), false).close();
    Path file = Files.createDirectories(partial).resolve("thesis.txt");
    Files.writeString(file, "x");
    for (boolean overwrite : new boolean[] {false, true}) {
      assertRefused(
          () -> open(run(0), overwrite), partial.toString(), "holds thesis.txt, which no");
      assertTrue(Files.exists(file));
    }
  }

  @Test
  void aShardThatIsNotTheOneWeMadeMeansAFreshStart() throws IOException {
    for (String shard : new String[] {"model-00001-of-00002", "model-00002-of-00002"}) {
      try (ModelFolderWriter writer = open(run(0), false)) {
        putA(writer);
      }
      Files.writeString(partial.resolve(shard + ".safetensors"), "short");
      try (ModelFolderWriter writer = open(run(0), false)) {
        assertFalse(writer.resumed());
      }
    }
  }

  @Test
  void aSecondRunIsKeptOut() {
    try (ModelFolderWriter writer = open(run(0), false)) {
      putA(writer);
      assertRefused(() -> open(run(0), false), partial.toString(), "another run");
      assertRefused(() -> open(run(1), true), partial.toString(), "another run");
      putC(writer);
      writer.finish(Map.of(), new byte[0], Json.object());
    }
    assertTrue(Files.exists(output.resolve("config.json")));
  }

  /** A put that wrote its bytes, and half a new journal, but was killed before the rename. */
  @Test
  void aPutCutShortIsForgotten() throws IOException {
    try (ModelFolderWriter writer = open(run(0), false)) {
      putA(writer);
    }
    try (ShardWriter shard = ShardWriter.reopen(source.shards().get(1), partial).orElseThrow();
        Tensor wrong = filled(9, 2, 2)) {
      shard.write("c", wrong);
    }
    Files.writeString(partial.resolve(Journal.FILE_NAME + ".tmp"), "{\"run\":");
    try (ModelFolderWriter writer = open(run(0), false)) {
      assertEquals(Set.of("a"), writer.written());
      writer.finish(Map.of(), new byte[0], Json.object());
    }
    try (ModelFolderWriter writer =
        ModelFolderWriter.open(source, temporary.resolve("straight"), false, run(0), run(0))) {
      putA(writer);
      writer.finish(Map.of(), new byte[0], Json.object());
    }
    assertEquals(copied(temporary.resolve("straight")), copied(output));
  }

  /** A real process, killed while it writes as fast as it can. */
  @Test
  void aKilledProcessLosesNothingItHadPut() throws Exception {
    Path log = temporary.resolve("log");
    Process process =
        new ProcessBuilder(JavaProcess.command(List.of(), Victim.class, output))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      Path journal = temporary.resolve("output.partial").resolve(Journal.FILE_NAME);
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (written(journal.getParent()) < 20) {
        assertTrue(process.isAlive() && System.nanoTime() < deadline, Files.readString(log));
        Thread.sleep(1);
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    try (ModelFolder sample = ModelFolder.open(Samples.MODEL);
        ModelFolderWriter writer = ModelFolderWriter.open(sample, output, false, run(0), run(0))) {
      assertTrue(writer.resumed());
      assertTrue(writer.written().size() >= 20);
      assertEquals(writer.written().size(), writer.state().get("done").asInt());
      putAll(sample, writer);
      writer.finish(Map.of(), new byte[0], Json.object());
    }
    assertEquals(tree(Samples.MODEL), copied(output));
  }

  /** Puts the sample's tensors one by one, as they are. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] arguments) {
      try (ModelFolder sample = ModelFolder.open(Samples.MODEL);
          ModelFolderWriter writer =
              ModelFolderWriter.open(
                  sample, new File(arguments[0]).toPath(), false, run(0), run(0))) {
        putAll(sample, writer);
        writer.finish(Map.of(), new byte[0], Json.object());
      }
    }
  }

  private static void putAll(ModelFolder source, ModelFolderWriter writer) {
    for (String name : source.names()) {
      if (!writer.written().contains(name)) {
        try (Tensor tensor = source.tensor(name)) {
          int done = writer.written().size() + 1;
          writer.put(Map.of(name, tensor), Json.object().put("done", done));
        }
      }
    }
  }

  private static int written(Path partial) {
    return Journal.read(partial).map(progress -> progress.written().size()).orElse(0);
  }

  private void assertUninterruptedGivesTheSame() throws IOException {
    Path straight = temporary.resolve("straight");
    try (ModelFolderWriter writer =
        ModelFolderWriter.open(source, straight, false, run(0), run(0))) {
      putA(writer);
      putC(writer);
      writer.finish(Map.of(), new byte[0], Json.object());
    }
    assertEquals(copied(straight), copied(output));
  }

  private ModelFolderWriter open(ObjectNode run, boolean overwrite) {
    return ModelFolderWriter.open(source, output, overwrite, run, run);
  }

  private static void putA(ModelFolderWriter writer) {
    try (Tensor a = filled(1.5, 2, 2)) {
      writer.put(Map.of("a", a), run(10));
    }
  }

  private static void putC(ModelFolderWriter writer) {
    try (Tensor c = filled(2.5, 2, 2)) {
      writer.put(Map.of("c", c), run(11));
    }
  }
}
