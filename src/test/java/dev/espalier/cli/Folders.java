package dev.espalier.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
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

/** Model folders on disk, read without the code under test. */
final class Folders {
  static final ObjectMapper JSON = new ObjectMapper();
  static final String WEIGHTS = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";

  private Folders() {}

  /** A tensor's bytes as they lie in the file. */
  record Stored(String dtype, List<Long> shape, ByteBuffer bytes) {
    /** The raw values; only of types of two bytes. */
    short[] halves() {
      short[] values = new short[bytes.remaining() / Short.BYTES];
      bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().get(values);
      return values;
    }

    long zeros() {
      short[] values = halves();
      return IntStream.range(0, values.length).filter(i -> values[i] == 0).count();
    }
  }

  static Path copyOfSample(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (Stream<Path> files = Files.list(Sample.MODEL)) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    return folder;
  }

  /** The sample split into three shards with an index. */
  static Path shardedSample(Path folder) throws IOException {
    copyOfSample(folder);
    Map<String, Stored> tensors = tensors(folder.resolve(WEIGHTS));
    Files.delete(folder.resolve(WEIGHTS));
    List<String> names = List.copyOf(tensors.keySet());
    ObjectNode index = JSON.createObjectNode();
    ObjectNode map = JSON.createObjectNode();
    int shards = 3;
    for (int i = 0; i < shards; i++) {
      String file = "model-%05d-of-%05d.safetensors".formatted(i + 1, shards);
      Map<String, Stored> part = new LinkedHashMap<>();
      for (String name :
          names.subList(i * names.size() / shards, (i + 1) * names.size() / shards)) {
        part.put(name, tensors.get(name));
        map.put(name, file);
      }
      write(folder.resolve(file), part);
    }
    index.putObject("metadata").put("total_size", Files.size(Sample.MODEL.resolve(WEIGHTS)));
    index.set("weight_map", map);
    Files.writeString(folder.resolve(INDEX), index.toString());
    return folder;
  }

  private static void write(Path file, Map<String, Stored> tensors) throws IOException {
    ObjectNode header = JSON.createObjectNode();
    header.putObject("__metadata__").put("format", "pt");
    long end = 0;
    for (Map.Entry<String, Stored> tensor : tensors.entrySet()) {
      ObjectNode entry = header.putObject(tensor.getKey()).put("dtype", tensor.getValue().dtype());
      tensor.getValue().shape().forEach(entry.withArray("shape")::add);
      long begin = end;
      end += tensor.getValue().bytes().remaining();
      entry.putArray("data_offsets").add(begin).add(end);
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    int padding = (8 - json.length % 8) % 8;
    ByteBuffer all =
        ByteBuffer.allocate(8 + json.length + padding + (int) end).order(ByteOrder.LITTLE_ENDIAN);
    all.putLong(json.length + padding).put(json).put(" ".repeat(padding).getBytes());
    tensors.values().forEach(tensor -> all.put(tensor.bytes().duplicate()));
    Files.write(file, all.array());
  }

  static JsonNode header(Path file) throws IOException {
    byte[] all = Files.readAllBytes(file);
    return JSON.readTree(all, 8, headerLength(all));
  }

  private static int headerLength(byte[] file) {
    return (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  /** Where a tensor's data begins in its file. */
  static long position(Path file, String tensor) throws IOException {
    int header = headerLength(Files.readAllBytes(file));
    return 8 + header + header(file).get(tensor).get("data_offsets").get(0).asLong();
  }

  /** A file's tensors by name, in the order of its header. */
  static Map<String, Stored> tensors(Path file) throws IOException {
    byte[] all = Files.readAllBytes(file);
    int data = 8 + headerLength(all);
    Map<String, Stored> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : header(file).properties()) {
      if (!field.getKey().equals("__metadata__")) {
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

  /** All tensors of a folder, over its shards. */
  static Map<String, Stored> allTensors(Path folder) throws IOException {
    Map<String, Stored> all = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".safetensors")).toList()) {
        all.putAll(tensors(file));
      }
    }
    return all;
  }

  static JsonNode json(Path file) throws IOException {
    return JSON.readTree(file.toFile());
  }

  /** The paths below a folder, with the sizes of files: what a run may not have changed. */
  static List<String> listing(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.map(path -> folder.relativize(path) + " " + size(path)).sorted().toList();
    }
  }

  private static long size(Path path) {
    try {
      return Files.isRegularFile(path) ? Files.size(path) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
