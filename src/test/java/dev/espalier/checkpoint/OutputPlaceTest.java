package dev.espalier.checkpoint;

import static dev.espalier.checkpoint.Checkpoints.assertRefused;
import static dev.espalier.checkpoint.Checkpoints.assertStorageRefuses;
import static dev.espalier.checkpoint.Checkpoints.run;
import static dev.espalier.checkpoint.Checkpoints.tree;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.files.FileFaults;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputPlaceTest {
  private static final long PLENTY = Long.MAX_VALUE;

  @TempDir Path temporary;
  private Path input;
  private Map<String, ByteBuffer> before;
  private ModelFolder source;

  @BeforeEach
  void openSource() throws IOException {
    // The name is that of the unfinished result of another output, "model".
    input = Checkpoints.single(Files.createDirectory(temporary.resolve("model.partial")));
    before = tree(input);
    source = ModelFolder.open(input);
  }

  @AfterEach
  void inputIsUntouched() throws IOException {
    source.close();
    assertEquals(before, tree(input));
  }

  @Test
  void refusesOutputsThatOverlapWithTheInput() throws IOException {
    Path link = Files.createSymbolicLink(temporary.resolve("link"), input);
    Path parentLink = Files.createSymbolicLink(temporary.resolve("parent"), temporary);
    for (Path output :
        new Path[] {
          input,
          input.resolve("inside"),
          input.resolve("deep/inside"),
          input.resolve("extra/../inside"),
          temporary,
          link,
          link.resolve("inside"),
          parentLink.resolve("model.partial"),
          parentLink.resolve("model.partial/inside"),
          temporary.resolve("nowhere/../model.partial"),
          temporary.resolve("model")
        }) {
      assertRefused(() -> open(output, true, PLENTY), output.toString(), "overlaps");
    }
  }

  @Test
  void refusesOutputsThatHoldTheInputsWeights() throws IOException {
    Path blobs = Checkpoints.single(Files.createDirectory(temporary.resolve("blobs")));
    Path snapshot = Files.createDirectory(temporary.resolve("snapshot"));
    Files.copy(blobs.resolve("config.json"), snapshot.resolve("config.json"));
    Files.createSymbolicLink(
        snapshot.resolve("model.safetensors"), blobs.resolve("model.safetensors"));
    try (ModelFolder linked = ModelFolder.open(snapshot)) {
      assertRefused(
          () -> ModelFolderWriter.open(linked, blobs, true, run(0), run(0)),
          "weights of the input");
    }
  }

  @Test
  void aLinkInPlaceOfTheUnfinishedResultIsNotFollowed() throws IOException {
    Path link = Files.createSymbolicLink(temporary.resolve("out.partial"), input);
    assertRefused(() -> open(temporary.resolve("out"), true, PLENTY), link.toString(), "link");
  }

  @Test
  void refusesWhatCannotBeReplaced() throws IOException {
    Path file = Files.writeString(temporary.resolve("file"), "x");
    assertRefused(() -> open(file, true, PLENTY), file.toString(), "not a folder");
    Path home = Files.createDirectory(temporary.resolve("home"));
    Files.writeString(home.resolve("thesis.txt"), "x");
    assertRefused(
        () -> open(home, true, PLENTY), home.toString(), "holds thesis.txt, which no run");
    Path broken = Files.createSymbolicLink(temporary.resolve("broken"), Path.of("nowhere"));
    assertRefused(() -> open(broken, true, PLENTY), broken.toString(), "broken symbolic link");
    assertRefused(() -> open(Path.of("/"), true, PLENTY), "/", "another output");
    assertTrue(Files.exists(home.resolve("thesis.txt")));
  }

  @Test
  void refusesParentsThatCannotBeWritten() throws IOException {
    Path file = Files.writeString(temporary.resolve("file"), "x");
    assertStorageRefuses(() -> open(file.resolve("output"), false, PLENTY), "cannot be written");
    assertStorageRefuses(() -> open(Path.of("/proc/output"), false, PLENTY), "cannot be written");
  }

  @Test
  void asksForSpaceBeforeItWrites() throws IOException {
    Path output = temporary.resolve("output");
    long needed = 22 + source.shards().get(0).header().encode().length;
    for (String companion : new String[] {"config.json", "tokenizer.json", "extra/template.txt"}) {
      needed += Files.size(input.resolve(companion));
    }
    long enough = needed;
    assertRefused(
        () -> open(output, false, enough - 1),
        output.toString(),
        "needs " + enough + " bytes",
        "only " + (enough - 1) + " free");
    assertFalse(Files.exists(temporary.resolve("output.partial")));
    try (ModelFolderWriter writer = open(output, false, enough);
        Tensor a = source.tensor("a")) {
      writer.put(Map.of("a", a), run(0));
    }
    assertRefused(() -> open(output, false, enough - 17), "needs " + (enough - 16) + " bytes");
    try (ModelFolderWriter writer = open(output, false, enough - 16)) {
      assertTrue(writer.resumed(), "a refusal keeps what was put");
    }
  }

  @Test
  void aFullDiskIsTheUsersToClear() {
    Path file = Path.of("f");
    IOException full = new IOException("No space left on device");
    assertStorageRefuses(
        () -> {
          throw FileFaults.writing(file, full);
        },
        "f: the disk is full");
    IOException named = new FileSystemException("f", null, "No space left on device");
    assertStorageRefuses(
        () -> {
          throw FileFaults.writing(file, named);
        },
        "f: the disk is full");
    assertTrue(FileFaults.writing(file, new IOException("odd")) instanceof UncheckedIOException);
  }

  private ModelFolderWriter open(Path output, boolean overwrite, long free) {
    return ModelFolderWriter.open(source, output, overwrite, run(0), run(0), folder -> free);
  }
}
