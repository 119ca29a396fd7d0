package dev.espalier.checkpoint;

import static dev.espalier.checkpoint.Checkpoints.assertRefused;
import static dev.espalier.checkpoint.Checkpoints.bytes;
import static dev.espalier.checkpoint.Checkpoints.copied;
import static dev.espalier.checkpoint.Checkpoints.filled;
import static dev.espalier.checkpoint.Checkpoints.run;
import static dev.espalier.checkpoint.Checkpoints.tree;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.files.Json;
import dev.espalier.testing.Safetensors;
import dev.espalier.testing.Samples;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFolderWriterTest {
  private static final byte[] REPORT = {1, 2, 3};

  @TempDir Path temporary;
  private Path input;
  private Path output;

  @BeforeEach
  void makeFolders() throws IOException {
    input = Files.createDirectory(temporary.resolve("input"));
    output = temporary.resolve("deep/down/output");
  }

  @Test
  void copiesWhatItCannotRead() throws IOException {
    Checkpoints.single(input);
    String header =
        "{\"__metadata__\":null,"
            + Checkpoints.entry("a", "F32", "[2,2]", 0, 16)
            + ","
            + Checkpoints.entry("odd", "I2", "[7,3]", 16, 22)
            + "}";
    Safetensors.write(input.resolve("model.safetensors"), header, Checkpoints.data(22));
    try (ModelFolder source = ModelFolder.open(input);
        ModelFolderWriter writer = open(source, false);
        Tensor a = filled(0.5, 2, 2)) {
      writer.put(Map.of("a", a), run(3));
      writer.finish(Map.of(), new byte[0], Json.object());
    }
    assertArrayEquals(new byte[] {17, 18, 19, 20, 21, 22}, bytes(output, "odd"));
    Safetensors.Stored odd = Safetensors.readFolder(output).get("odd");
    assertEquals("I2", odd.dtype());
    assertEquals(List.of(7L, 3L), odd.shape());
  }

  /** Three matrices in one tensor, of which one is put: the others are copied. */
  @Test
  void aMatrixOfAStackIsATensor() throws IOException {
    Checkpoints.single(input);
    String header = "{" + Checkpoints.entry("e", "F32", "[3,2,2]", 0, 48) + "}";
    Safetensors.write(input.resolve("model.safetensors"), header, Checkpoints.data(48));
    try (ModelFolder source = ModelFolder.open(input);
        Tensor half = filled(0.5, 2, 2)) {
      assertEquals(Set.of("e"), source.names());
      assertTrue(source.contains("e[2]"));
      assertFalse(source.contains("e[3]"));
      assertFalse(source.contains("e[0][1]"));
      assertEquals(List.of(2L, 2L), source.entry("e[1]").shape());
      assertRefused(() -> source.entry("e[3]"), "e[3]", "is not in this checkpoint");
      try (ModelFolderWriter writer = open(source, false)) {
        writer.put(Map.of("e[1]", half), run(3));
      }
      try (ModelFolderWriter writer = open(source, false);
          Tensor put = writer.tensor("e[1]");
          Tensor other = writer.tensor("e[2]");
          Tensor expected = source.tensor("e[2]")) {
        assertTrue(writer.resumed());
        assertTrue(put.equal(half));
        assertTrue(other.equal(expected));
        writer.finish(Map.of(), new byte[0], Json.object());
      }
    }
    byte[] expected = Checkpoints.data(48);
    for (int i = 16; i < 32; i += 4) {
      System.arraycopy(new byte[] {0, 0, 0, 63}, 0, expected, i, 4);
    }
    assertArrayEquals(expected, bytes(output, "e"));
  }

  @Test
  void copiesASingleFile() throws IOException {
    Checkpoints.single(input);
    Map<String, ByteBuffer> before = tree(input);
    Path finished;
    try (ModelFolder source = ModelFolder.open(input);
        ModelFolderWriter writer = open(source, false);
        Tensor a = filled(0.5, 2, 2)) {
      assertFalse(writer.resumed());
      assertTrue(writer.state().isEmpty());
      writer.put(Map.of("a", a), run(3));
      assertEquals(run(3), writer.state());
      assertEquals(Set.of("a"), writer.written());
      assertFalse(Files.exists(output), "nothing appears before it is finished");
      finished = writer.finish(Map.of("espalier.json", REPORT), new byte[0], Json.object());
      assertThrows(
          IllegalStateException.class, () -> writer.finish(Map.of(), new byte[0], Json.object()));
    }
    assertEquals(output.toRealPath(), finished);
    assertEquals(before, tree(input), "the input is as it was");
    assertArrayEquals(bytes(input, "b"), bytes(output, "b"));
    assertArrayEquals(
        new byte[] {0, 0, 0, 63, 0, 0, 0, 63, 0, 0, 0, 63, 0, 0, 0, 63}, bytes(output, "a"));
    Map<String, ByteBuffer> expected = new TreeMap<>(before);
    expected.put("espalier.json", ByteBuffer.wrap(REPORT));
    Map<String, ByteBuffer> actual = copied(output);
    assertEquals(expected.keySet(), actual.keySet());
    expected.remove("model.safetensors");
    actual.remove("model.safetensors");
    assertEquals(expected, actual);
    assertEquals(List.of(output.getFileName()), siblings());
  }

  @Test
  void copiesShardsAndTheirMap() throws IOException {
    Checkpoints.sharded(input);
    try (ModelFolder source = ModelFolder.open(input);
        ModelFolderWriter writer = open(source, false);
        Tensor b = filled(1, 3);
        Tensor c = filled(2, 2, 2)) {
      writer.put(Map.of("b", b, "c", c), run(0));
      writer.finish(Map.of(), new byte[0], Json.object());
    }
    try (ModelFolder source = ModelFolder.open(input);
        ModelFolder copy = ModelFolder.open(output)) {
      assertEquals(List.copyOf(source.names()), List.copyOf(copy.names()));
      source.names().forEach(name -> assertEquals(source.entry(name), copy.entry(name)));
      for (Shard shard : copy.shards()) {
        assertEquals("pt", shard.header().metadata().get("format"));
        assertEquals(0, shard.header().dataStart() % 8);
      }
    }
    assertArrayEquals(bytes(input, "a"), bytes(output, "a"));
    assertArrayEquals(bytes(input, "d"), bytes(output, "d"));
    assertArrayEquals(new byte[] {-128, 63, -128, 63, -128, 63}, bytes(output, "b"));
    assertEquals(tree(input).get(ShardIndex.FILE_NAME), tree(output).get(ShardIndex.FILE_NAME));
  }

  @Test
  void aCopyOfTheSampleIsEqualByteForByte() throws IOException {
    try (ModelFolder source = ModelFolder.open(Samples.MODEL);
        ModelFolderWriter writer = open(source, false)) {
      for (String name : source.names()) {
        try (Tensor tensor = source.tensor(name);
            Tensor wide = tensor.to(ScalarType.Float)) {
          writer.put(Map.of(name, wide), run(0));
        }
      }
      writer.finish(Map.of(), new byte[0], Json.object());
    }
    assertEquals(tree(Samples.MODEL), copied(output));
  }

  @Test
  void writesStridedTensorsInOrder() throws IOException {
    Checkpoints.single(input);
    try (ModelFolder source = ModelFolder.open(input);
        ModelFolderWriter writer = open(source, false);
        Tensor a = source.tensor("a");
        Tensor transposed = a.t()) {
      writer.put(Map.of("a", transposed), run(0));
      writer.finish(Map.of(), new byte[0], Json.object());
    }
    assertArrayEquals(
        new byte[] {1, 2, 3, 4, 9, 10, 11, 12, 5, 6, 7, 8, 13, 14, 15, 16}, bytes(output, "a"));
  }

  /** More than one buffer takes. */
  @Test
  void writesLargeTensors() throws IOException {
    Checkpoints.single(input);
    int count = 17 << 20;
    String header = "{" + Checkpoints.entry("a", "F32", "[" + count + "]", 0, 4L * count) + "}";
    Safetensors.write(input.resolve("model.safetensors"), header, new byte[4 * count]);
    try (Scalar end = new Scalar(count);
        Tensor ramp = torch.arange(end);
        Tensor floats = ramp.to(ScalarType.Float);
        ModelFolder source = ModelFolder.open(input);
        ModelFolderWriter writer = open(source, false)) {
      writer.put(Map.of("a", floats), run(0));
      writer.finish(Map.of(), new byte[0], Json.object());
      try (ModelFolder copy = ModelFolder.open(output);
          Tensor a = copy.tensor("a")) {
        assertTrue(a.equal(floats));
      }
    }
  }

  @Test
  void refusesTensorsThatDoNotBelong() throws IOException {
    Checkpoints.single(input);
    try (ModelFolder source = ModelFolder.open(input);
        ModelFolderWriter writer = open(source, false);
        Tensor a = filled(0, 2, 2)) {
      assertThrows(IllegalArgumentException.class, () -> writer.put(Map.of("x", a), run(0)));
      assertThrows(IllegalArgumentException.class, () -> writer.put(Map.of("b", a), run(0)));
      writer.put(Map.of("a", a), run(0));
      assertThrows(IllegalArgumentException.class, () -> writer.put(Map.of("a", a), run(0)));
      for (String name : List.of("../x", "/x", "x/y", "", "..", "model.safetensors")) {
        assertThrows(
            IllegalArgumentException.class,
            () -> writer.finish(Map.of(name, REPORT), new byte[0], Json.object()),
            name);
      }
      writer.discard();
    }
    assertEquals(List.of(), siblings());
  }

  @Test
  void copiesTheContentOfSymbolicLinks() throws IOException {
    Path blobs = Checkpoints.single(Files.createDirectory(temporary.resolve("blobs")));
    for (String name : List.of("config.json", "tokenizer.json", "model.safetensors")) {
      Files.setPosixFilePermissions(
          blobs.resolve(name), PosixFilePermissions.fromString("r--r--r--"));
      Files.createSymbolicLink(input.resolve(name), Path.of("../blobs").resolve(name));
    }
    finishUntouched(false);
    for (String name : List.of("config.json", "tokenizer.json", "model.safetensors")) {
      assertTrue(Files.isRegularFile(output.resolve(name), LinkOption.NOFOLLOW_LINKS), name);
      assertTrue(
          PosixFilePermissions.toString(Files.getPosixFilePermissions(output.resolve(name)))
              .startsWith("rw"));
    }
    assertArrayEquals(bytes(blobs, "a"), bytes(output, "a"));
    Files.createSymbolicLink(input.resolve("gone.json"), Path.of("../blobs/gone"));
    output = temporary.resolve("second");
    try (ModelFolder source = ModelFolder.open(input)) {
      assertRefused(() -> open(source, false), "gone.json", "broken symbolic link");
    }
    assertFalse(Files.exists(temporary.resolve("second.partial")));
  }

  @Test
  void overwritingKeepsTheOldOutputUntilTheEnd() throws IOException {
    Checkpoints.single(input);
    finishUntouched(false);
    Map<String, ByteBuffer> old = tree(output);
    try (ModelFolder source = ModelFolder.open(input);
        Tensor a = filled(0, 2, 2)) {
      assertRefused(
          () -> open(source, false), output.toString(), "already exists", "allow overwriting");
      try (ModelFolderWriter writer = open(source, true)) {
        writer.put(Map.of("a", a), run(0));
        assertTrue(tree(output).entrySet().containsAll(old.entrySet()));
        writer.finish(Map.of(), new byte[0], Json.object());
      }
    }
    assertArrayEquals(new byte[16], bytes(output, "a"));
    assertEquals(old.keySet(), tree(output).keySet(), "and nothing else is left");
    assertEquals(List.of(output.getFileName()), siblings());
  }

  @Test
  void overwritingThroughASymbolicLinkReplacesWhatItPointsTo() throws IOException {
    Checkpoints.single(input);
    finishUntouched(false);
    Path target = output;
    Object folder = Files.getAttribute(target, "unix:ino");
    output = Files.createSymbolicLink(temporary.resolve("link"), target);
    Files.delete(target.resolve("tokenizer.json"));
    finishUntouched(true);
    assertTrue(Files.isSymbolicLink(output));
    assertTrue(Files.exists(target.resolve("tokenizer.json")));
    assertEquals(folder, Files.getAttribute(target, "unix:ino"), "the folder is the same");
  }

  @Test
  void anOutputThatAppearsMeanwhileIsNotReplaced() throws IOException {
    Checkpoints.single(input);
    try (ModelFolder source = ModelFolder.open(input);
        ModelFolderWriter writer = open(source, false);
        Tensor a = filled(0, 2, 2)) {
      writer.put(Map.of("a", a), run(0));
      Files.createDirectories(output);
      assertRefused(() -> writer.finish(Map.of(), new byte[0], Json.object()), "already exists");
    }
    assertTrue(Files.exists(output.resolveSibling("output.partial")));
  }

  private void finishUntouched(boolean overwrite) {
    try (ModelFolder source = ModelFolder.open(input);
        ModelFolderWriter writer = open(source, overwrite)) {
      writer.finish(Map.of(), new byte[0], Json.object());
    }
  }

  private ModelFolderWriter open(ModelFolder source, boolean overwrite) {
    return ModelFolderWriter.open(source, output, overwrite, run(0), run(0));
  }

  private List<Path> siblings() throws IOException {
    try (Stream<Path> files = Files.list(output.getParent())) {
      return files.map(Path::getFileName).toList();
    }
  }
}
