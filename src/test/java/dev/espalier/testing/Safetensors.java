package dev.espalier.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Files of tensors, read whole and written without the code under test, for comparison with it. */
public final class Safetensors {
  /** The name of a model folder's only file of tensors. */
  public static final String SINGLE = "model.safetensors";

  /** The name of the file that says which shard has which tensor. */
  public static final String INDEX = "model.safetensors.index.json";

  private static final String METADATA = "__metadata__";
  private static final ObjectMapper JSON = new ObjectMapper();

  private Safetensors() {}

  /**
   * A tensor as it lies in a file.
   *
   * @param dtype as the format names it, such as BF16
   * @param bytes little-endian, in row-major order
   */
  public record Stored(String dtype, List<Long> shape, ByteBuffer bytes) {
    /** The raw values; only of types of two bytes. */
    public short[] halves() {
      short[] values = new short[bytes.remaining() / Short.BYTES];
      bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().get(values);
      return values;
    }

    /** How many values are zero; only of types of two bytes. */
    public long zeros() {
      short[] values = halves();
      return IntStream.range(0, values.length).filter(i -> values[i] == 0).count();
    }
  }

  /** A file's tensors by name, in the order of its header. */
  public static Map<String, Stored> read(Path file) throws IOException {
    byte[] all = Files.readAllBytes(file);
    int data = Long.BYTES + headerLength(all);
    Map<String, Stored> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : header(all).properties()) {
      if (!field.getKey().equals(METADATA)) {
        tensors.put(field.getKey(), stored(field.getValue(), all, data));
      }
    }
    return tensors;
  }

  private static Stored stored(JsonNode entry, byte[] file, int data) {
    List<Long> shape = new ArrayList<>();
    entry.get("shape").forEach(size -> shape.add(size.asLong()));
    int begin = data + entry.get("data_offsets").get(0).asInt();
    int end = data + entry.get("data_offsets").get(1).asInt();
    ByteBuffer bytes = ByteBuffer.wrap(Arrays.copyOfRange(file, begin, end));
    return new Stored(entry.get("dtype").asText(), shape, bytes);
  }

  /** All tensors of a model folder by name, over its shards. */
  public static Map<String, Stored> readFolder(Path folder) throws IOException {
    Map<String, Stored> all = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".safetensors")).toList()) {
        all.putAll(read(file));
      }
    }
    return all;
  }

  /** What the header says. */
  public static JsonNode header(Path file) throws IOException {
    return header(Files.readAllBytes(file));
  }

  private static JsonNode header(byte[] file) throws IOException {
    return JSON.readTree(file, Long.BYTES, headerLength(file));
  }

  private static int headerLength(byte[] file) {
    return Math.toIntExact(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong());
  }

  /** Where a tensor's data begins in its file. */
  public static long position(Path file, String tensor) throws IOException {
    byte[] all = Files.readAllBytes(file);
    long begin = header(all).get(tensor).get("data_offsets").get(0).asLong();
    return Long.BYTES + headerLength(all) + begin;
  }

  /** Writes the tensors in the order of the map, the data aligned to 8 bytes. */
  public static Path write(Path file, Map<String, Stored> tensors) throws IOException {
    ObjectNode header = JSON.createObjectNode();
    header.putObject(METADATA).put("format", "pt");
    int end = 0;
    for (Map.Entry<String, Stored> tensor : tensors.entrySet()) {
      ObjectNode entry = header.putObject(tensor.getKey()).put("dtype", tensor.getValue().dtype());
      tensor.getValue().shape().forEach(entry.withArray("shape")::add);
      int begin = end;
      end += tensor.getValue().bytes().remaining();
      entry.putArray("data_offsets").add(begin).add(end);
    }
    ByteBuffer data = ByteBuffer.allocate(end);
    tensors.values().forEach(tensor -> data.put(tensor.bytes().duplicate()));
    String json = header.toString();
    int padding = -json.getBytes(StandardCharsets.UTF_8).length & 7;
    return write(file, json + " ".repeat(padding), data.array());
  }

  /** Writes that header and that data, however wrong. */
  public static Path write(Path file, String header, byte[] data) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer all = ByteBuffer.allocate(Long.BYTES + json.length + data.length);
    all.order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json).put(data);
    return Files.write(file, all.array());
  }
}
