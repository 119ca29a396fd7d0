package dev.espalier.checkpoint;

import static dev.espalier.checkpoint.Checkpoints.assertRefused;
import static dev.espalier.checkpoint.Checkpoints.copied;
import static dev.espalier.checkpoint.Checkpoints.filled;
import static dev.espalier.checkpoint.Checkpoints.run;
import static dev.espalier.checkpoint.Checkpoints.tree;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.files.Json;
import dev.espalier.files.RunRecord;
import dev.espalier.testing.Slow;
import dev.espalier.testing.SmallDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a folder that stands where the output is to be. */
class ExistingOutputTest {
  @TempDir Path temporary;
  private ModelFolder source;
  private Path output;

  @BeforeEach
  void openSource() throws IOException {
    source =
        ModelFolder.open(Checkpoints.single(Files.createDirectory(temporary.resolve("input"))));
    output = temporary.resolve("output");
  }

  @AfterEach
  void closeSource() {
    source.close();
  }

  private ModelFolderWriter open(boolean overwrite) {
    return ModelFolderWriter.open(source, output, overwrite, run(0), run(0));
  }

  private void write(boolean overwrite) {
    try (ModelFolderWriter writer = open(overwrite)) {
      writer.finish(Map.of(), new byte[0], Json.object());
    }
  }

  @Test
  void anEmptyFolderIsFilledAndStaysTheSame() throws IOException {
    Files.createDirectory(output);
    Files.setAttribute(output, "unix:mode", 0042770);
    Object number = Files.getAttribute(output, "unix:ino");
    Object mode = Files.getAttribute(output, "unix:mode");
    write(false);
    assertEquals(tree(source.path()).keySet(), copied(output).keySet());
    assertEquals(number, Files.getAttribute(output, "unix:ino"));
    assertEquals(mode, Files.getAttribute(output, "unix:mode"));
  }

  @Test
  void anEmptyFolderIsEmptyAgainAfterARunThatIsDiscarded() throws IOException {
    Files.createDirectory(output);
    try (ModelFolderWriter writer = open(false);
        Tensor a = filled(0, 2, 2)) {
      writer.put(Map.of("a", a), run(0));
      writer.discard();
    }
    assertEquals(Map.of(), tree(output));
    open(false).close();
    assertEquals(Map.of(), tree(output));
  }

  @Test
  void anInterruptedRunInAnEmptyFolderGoesOn() throws IOException {
    Files.createDirectory(output);
    try (ModelFolderWriter writer = open(false);
        Tensor a = filled(0, 2, 2)) {
      writer.put(Map.of("a", a), run(0));
      assertRefused(() -> open(false), "another run");
    }
    try (ModelFolderWriter writer = open(false)) {
      assertTrue(writer.resumed());
      writer.finish(Map.of(), new byte[0], Json.object());
    }
    assertEquals(tree(source.path()).keySet(), copied(output).keySet());
  }

  /** Whoever has made the folder meanwhile is told where the work is. */
  @Test
  void whatWasBegunBesideIsNotForgotten() throws IOException {
    try (ModelFolderWriter writer = open(false);
        Tensor a = filled(0, 2, 2)) {
      writer.put(Map.of("a", a), run(0));
    }
    Files.createDirectory(output);
    assertRefused(() -> open(false), "output.partial", "remove the empty folder");
    Files.delete(output);
    try (ModelFolderWriter writer = open(false)) {
      assertTrue(writer.resumed());
      writer.finish(Map.of(), new byte[0], Json.object());
    }
    Path stray = Files.createDirectory(temporary.resolve("output.partial"));
    Files.writeString(stray.resolve(Journal.FILE_NAME), "{}");
    write(true);
    assertTrue(Files.exists(stray));
  }

  /** A Node project, a checkpoint of somebody's, what only looks like ours. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "config.json",
        "espalier.json",
        "report.html",
        "model.safetensors",
        ".git/HEAD",
        "src/index.js"
      })
  void whatIsNotOursIsRefusedByNameAndStays(String name) throws IOException {
    Files.createDirectories(output.resolve(name).getParent());
    Files.writeString(output.resolve(name), "{}");
    Map<String, ByteBuffer> before = tree(output);
    String top = Path.of(name).getName(0).toString();
    for (boolean overwrite : new boolean[] {false, true}) {
      assertRefused(() -> open(overwrite), output.toString(), "holds " + top, "no run of Espalier");
      assertEquals(before, tree(output));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"notes.txt", ".git/HEAD", "extra/more.txt", "src/deep/down.js"})
  void whatIsAddedToOursIsRefusedByNameAndStays(String name) throws IOException {
    write(false);
    Files.createDirectories(output.resolve(name).getParent());
    Files.writeString(output.resolve(name), "x");
    Map<String, ByteBuffer> before = tree(output);
    assertRefused(() -> open(true), output.toString(), Path.of(name).getName(0) + "", "besides");
    assertEquals(before, tree(output));
  }

  @Test
  void aLinkInOursIsNotFollowed() throws IOException {
    write(false);
    Path other = Files.createDirectory(temporary.resolve("other"));
    Files.writeString(other.resolve("template.txt"), "x");
    Files.delete(output.resolve("extra/template.txt"));
    Files.delete(output.resolve("extra"));
    Files.createSymbolicLink(output.resolve("extra"), other);
    assertRefused(() -> open(true), "holds extra besides");
    assertTrue(Files.exists(other.resolve("template.txt")));
  }

  @Test
  void ofAnotherRunItIsSaidWhatDiffers() {
    write(false);
    assertRefused(
        () -> ModelFolderWriter.open(source, output, false, run(4), run(4)),
        "written with other settings (seed 0 there, 4 here)",
        "allow overwriting");
  }

  @Test
  void theRecordKnowsItsRunAndWhetherItsFilesWereChanged() throws IOException {
    write(false);
    RunRecord record = RunRecord.read(output.resolve(OutputPlace.PAGE)).orElseThrow();
    assertTrue(record.isOf(run(0)));
    assertFalse(record.isOf(run(1)));
    assertTrue(record.changed(output).isEmpty());
    Files.writeString(output.resolve("notes.txt"), "mine");
    assertTrue(record.changed(output).isEmpty(), "what is added changes nothing of it");
    Files.writeString(output.resolve("tokenizer.json"), "[]");
    assertEquals("tokenizer.json", record.changed(output).orElseThrow());
    assertRefused(() -> open(false), "of the same run, but tokenizer.json was changed since");
  }

  /** Killed while the earlier output was on its way out. */
  @Test
  void aReplacementCutShortEarlyIsUndone() throws IOException {
    write(false);
    Map<String, ByteBuffer> before = tree(output);
    Path leaving = Files.createDirectory(output.resolve("espalier-progress.leaving"));
    for (String name : new String[] {"config.json", OutputPlace.PAGE}) {
      Files.move(output.resolve(name), leaving.resolve(name));
    }
    assertRefused(() -> open(false), "already exists");
    assertEquals(before, tree(output));
  }

  /** Killed while the new output was on its way in. */
  @Test
  void aReplacementCutShortLateIsUndoneAndCanBeRepeated() throws IOException {
    write(false);
    try (ModelFolderWriter writer = open(true);
        Tensor a = filled(7, 2, 2)) {
      writer.put(Map.of("a", a), run(0));
    }
    Path partial = output.resolve("espalier-progress.partial");
    Path replaced = Files.createDirectory(output.resolve("espalier-progress.replaced"));
    for (String name :
        new String[] {"config.json", "tokenizer.json", "extra", "model.safetensors"}) {
      Files.move(output.resolve(name), replaced.resolve(name));
    }
    Files.move(output.resolve(OutputPlace.PAGE), replaced.resolve(OutputPlace.PAGE));
    Files.move(partial.resolve("model.safetensors"), output.resolve("model.safetensors"));
    assertRefused(() -> open(false), "already exists");
    assertFalse(Files.exists(replaced));
    try (ModelFolderWriter writer = open(true)) {
      assertEquals(Set.of("a"), writer.written());
      writer.finish(Map.of(), new byte[0], Json.object());
    }
    assertEquals(tree(source.path()).keySet(), copied(output).keySet());
    assertFalse(Files.exists(partial));
  }

  @Slow
  @Test
  void aFolderWhereADiskIsMountedIsFilled() throws IOException, InterruptedException {
    SmallDisk.tell(Mounted.class, 4096, temporary.resolve("input"));
  }

  static final class Mounted implements SmallDisk.Story {
    @Override
    public void tell(Path disk) throws IOException {
      Path input = Checkpoints.single(Files.createDirectory(disk.resolveSibling("model")));
      for (boolean overwrite : new boolean[] {false, true}) {
        try (ModelFolder source = ModelFolder.open(input);
            ModelFolderWriter writer =
                ModelFolderWriter.open(source, disk, overwrite, run(0), run(0))) {
          writer.finish(Map.of(), new byte[0], Json.object());
        }
        assertEquals(tree(input).keySet(), copied(disk).keySet());
      }
    }
  }
}
