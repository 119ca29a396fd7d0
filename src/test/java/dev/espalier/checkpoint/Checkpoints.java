package dev.espalier.checkpoint;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.EspalierException;
import dev.espalier.StorageException;
import dev.espalier.files.Json;
import dev.espalier.testing.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.function.Executable;

/** Tiny checkpoints to read, and the questions the tests ask about them. */
final class Checkpoints {
  private Checkpoints() {}

  /** Bytes 1, 2, 3 … */
  static byte[] data(int count) {
    byte[] data = new byte[count];
    for (int i = 0; i < count; i++) {
      data[i] = (byte) (i + 1);
    }
    return data;
  }

  static String entry(String name, String dtype, String shape, long begin, long end) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
        .formatted(name, dtype, shape, begin, end);
  }

  static Path shard(Path path, String a, String b) throws IOException {
    String header = "{" + entry(a, "F32", "[2,2]", 0, 16) + "," + entry(b, "BF16", "[3]", 16, 22);
    return Safetensors.write(path, header + "}", data(22));
  }

  /** One file with the tensors a (F32, 2 by 2) and b (BF16, 3), a tokenizer and a sub-folder. */
  static Path single(Path folder) throws IOException {
    withConfig(folder);
    shard(folder.resolve("model.safetensors"), "a", "b");
    return folder;
  }

  /** Two shards, with a and b in the first, c and d in the second. */
  static Path sharded(Path folder) throws IOException {
    withConfig(folder);
    shard(folder.resolve("model-00001-of-00002.safetensors"), "a", "b");
    shard(folder.resolve("model-00002-of-00002.safetensors"), "c", "d");
    index(
        folder,
        Map.of(
            "a", "model-00001-of-00002.safetensors",
            "b", "model-00001-of-00002.safetensors",
            "c", "model-00002-of-00002.safetensors",
            "d", "model-00002-of-00002.safetensors"));
    return folder;
  }

  static void index(Path folder, Map<String, String> weights) throws IOException {
    ObjectNode index = Json.object();
    index.putObject("metadata").put("total_size", 44);
    ObjectNode map = index.putObject("weight_map");
    new TreeMap<>(weights).forEach(map::put);
    Files.write(folder.resolve(ShardIndex.FILE_NAME), Json.bytes(index));
  }

  static ObjectNode run(int value) {
    return Json.object().put("seed", value);
  }

  static Tensor filled(double value, long... shape) {
    try (Scalar scalar = new Scalar(value)) {
      return torch.full(shape, scalar);
    }
  }

  /** The bytes of one tensor as they lie in a model folder. */
  static byte[] bytes(Path folder, String tensor) throws IOException {
    return Safetensors.readFolder(folder).get(tensor).bytes().array();
  }

  /** Relative path and content of every file below a folder. */
  static Map<String, ByteBuffer> tree(Path folder) throws IOException {
    Map<String, ByteBuffer> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(folder.relativize(file).toString(), ByteBuffer.wrap(Files.readAllBytes(file)));
      }
    }
    return files;
  }

  /** The same without what an output says of its own run. */
  static Map<String, ByteBuffer> copied(Path output) throws IOException {
    Map<String, ByteBuffer> files = tree(output);
    assertTrue(files.remove(OutputPlace.PAGE) != null, "every output has its record");
    return files;
  }

  /** Expects one sentence to the user that holds all the parts. */
  static void assertRefused(Executable action, String... parts) {
    assertThrown(BadInputException.class, action, parts);
  }

  /** The same where it is the file system that refuses. */
  static void assertStorageRefuses(Executable action, String... parts) {
    assertThrown(StorageException.class, action, parts);
  }

  private static void assertThrown(
      Class<? extends EspalierException> kind, Executable action, String... parts) {
    String message = assertThrows(kind, action).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "no '" + part + "' in: " + message);
    }
  }

  private static void withConfig(Path folder) throws IOException {
    Files.createDirectories(folder.resolve("extra"));
    Files.writeString(folder.resolve("config.json"), "{\"model_type\":\"llama\",\"x\":NaN}");
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    Files.writeString(folder.resolve("extra/template.txt"), "hello");
  }
}
