package dev.espalier.checkpoint;

import static dev.espalier.checkpoint.Checkpoints.assertRefused;
import static dev.espalier.checkpoint.Checkpoints.data;
import static dev.espalier.checkpoint.Checkpoints.entry;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.testing.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {
  @TempDir Path folder;

  /** Header lengths that put the data at every offset modulo the element size. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void readsTensorsAtAnyOffset(int padding) throws IOException {
    String header = "{" + entry("w", "F32", "[2,3]", 0, 24) + "}" + " ".repeat(padding);
    ByteBuffer floats = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 6; i++) {
      floats.putFloat(i + 0.5f);
    }
    Path path = Safetensors.write(folder.resolve("f"), header, floats.array());
    try (SafetensorsFile file = SafetensorsFile.open(path);
        Tensor w = file.tensor("w")) {
      assertEquals(ScalarType.Float, w.scalar_type().intern());
      assertEquals(2, w.size(0));
      assertEquals(3, w.size(1));
      try (Tensor row = w.select(0, 1);
          Tensor last = row.select(0, 2)) {
        assertEquals(5.5f, last.item_float());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Dtype.class)
  void everyTypeComesAsLibtorchHasIt(Dtype dtype) throws IOException {
    String header =
        "{"
            + entry("some", dtype.name(), "[2,1]", 0, 2 * dtype.bytes())
            + ","
            + entry("none", dtype.name(), "[2,0]", 2 * dtype.bytes(), 2 * dtype.bytes())
            + ","
            + entry("one", dtype.name(), "[]", 2 * dtype.bytes(), 3 * dtype.bytes())
            + "}";
    Path path = Safetensors.write(folder.resolve("f"), header, data(3 * dtype.bytes()));
    try (SafetensorsFile file = SafetensorsFile.open(path);
        Tensor some = file.tensor("some");
        Tensor none = file.tensor("none");
        Tensor one = file.tensor("one")) {
      assertEquals(dtype, Dtype.of(some.scalar_type()));
      assertEquals(dtype.bytes(), some.element_size());
      assertEquals(2, some.dim());
      assertEquals(0, none.numel());
      assertEquals(2, none.dim());
      assertEquals(dtype, Dtype.of(none.scalar_type()));
      assertEquals(0, one.dim());
      assertEquals(1, one.numel());
    }
  }

  @Test
  void viewsShareMemoryAndTheFileStaysAsItIs() throws IOException {
    Path path = aligned("f");
    byte[] before = Files.readAllBytes(path);
    try (SafetensorsFile file = SafetensorsFile.open(path);
        Tensor first = file.tensor("w")) {
      first.zero_();
      try (Tensor second = file.tensor("w")) {
        assertEquals(first.data_ptr().address(), second.data_ptr().address());
      }
    }
    assertArrayEquals(before, Files.readAllBytes(path));
    try (SafetensorsFile file = SafetensorsFile.open(path);
        Tensor w = file.tensor("w");
        Tensor nonzero = w.count_nonzero()) {
      assertEquals(2, nonzero.item_long());
    }
  }

  @Test
  void survivesThePointerScopeItWasOpenedIn() throws IOException {
    SafetensorsFile file;
    try (PointerScope scope = new PointerScope()) {
      file = SafetensorsFile.open(aligned("f"));
      file.tensor("w");
    }
    try (file;
        Tensor w = file.tensor("w")) {
      assertEquals(2, w.numel());
    }
  }

  @Test
  void readsPathsOfAnyCharacters() throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(aligned("a %41 b%;#?'\"\n.x"));
        Tensor w = file.tensor("w")) {
      assertEquals(2, w.numel());
    }
  }

  @Test
  void refusesUnknownTensorsAndUseAfterClose() throws IOException {
    Path path = aligned("f");
    SafetensorsFile file = SafetensorsFile.open(path);
    assertRefused(() -> file.tensor("nope"), path.toString(), "'nope'");
    file.close();
    file.close();
    assertThrows(IllegalStateException.class, () -> file.tensor("w"));
  }

  @Test
  void memoryStaysSteady() throws IOException {
    long bytes = 512L << 10;
    String header =
        "{"
            + entry("w", "F32", "[128,512]", 0, bytes / 2)
            + ","
            + entry("odd", "U8", "[1]", bytes / 2, bytes / 2 + 1)
            + ","
            + entry("v", "F32", "[128,512]", bytes / 2 + 1, bytes + 1)
            + "}";
    Path path = Safetensors.write(folder.resolve("f"), header, new byte[(int) bytes + 1]);
    // Threads that wait for each other would cost more than the work.
    int threads = torch.get_num_threads();
    torch.set_num_threads(1);
    try {
      cycle(path, 100);
      long before = residentBytes();
      cycle(path, 1000);
      long growth = residentBytes() - before;
      // Leaking one unaligned copy or one touched mapping each time would be 256 MB.
      assertTrue(growth < 100L << 20, "grew by " + growth);
    } finally {
      torch.set_num_threads(threads);
    }
    String maps = Files.readString(Path.of("/proc/self/maps"));
    assertFalse(maps.contains(path.toString()), "a mapping is left");
  }

  @Test
  void readsBeyondTwoGigabytes() throws IOException {
    long far = 5L << 30;
    String header =
        "{"
            + entry("w", "U8", "[" + far + "]", 0, far)
            + ","
            + entry("v", "U8", "[3]", far, far + 3)
            + "}";
    Path path = Safetensors.write(folder.resolve("f"), header, data(0));
    // The file has holes: it takes no space.
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(data(3)), 8 + header.length() + far);
    }
    try (SafetensorsFile file = SafetensorsFile.open(path);
        Tensor w = file.tensor("w");
        Tensor v = file.tensor("v");
        Tensor sum = v.sum()) {
      assertEquals(far, w.numel());
      assertEquals(6, sum.item_long());
    }
  }

  private static void cycle(Path path, int times) {
    for (int i = 0; i < times; i++) {
      try (SafetensorsFile file = SafetensorsFile.open(path);
          Tensor w = file.tensor("w");
          Tensor v = file.tensor("v")) {
        w.copy_(v);
      }
    }
  }

  private static long residentBytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElseThrow();
  }

  private Path aligned(String name) throws IOException {
    String header = "{" + entry("w", "F32", "[2]", 0, 8) + "}";
    String padding = " ".repeat((8 - header.length() % 8) % 8);
    return Safetensors.write(folder.resolve(name), header + padding, data(8));
  }
}
