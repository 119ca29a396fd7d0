package dev.espalier.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.testing.Safetensors.Stored;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The model and the texts that come with Espalier, and the model in other forms. */
public final class Samples {
  private static final Path FOLDER = Path.of("samples");

  public static final Path MODEL = FOLDER.resolve("sotu-llama-5m");
  public static final Path CALIBRATION = FOLDER.resolve("calibration.txt");
  public static final Path TEST = FOLDER.resolve("test.txt");

  private static final int SHARDS = 3;

  private Samples() {}

  /** The beginning of the test text, a few windows long. */
  public static String someText(int characters) throws IOException {
    return Files.readString(TEST).substring(0, characters);
  }

  /** Copies the model's files into a folder, which is made. */
  public static Path copy(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (Stream<Path> files = Files.list(MODEL)) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    return folder;
  }

  /** The model split into shards with an index. */
  public static Path sharded(Path folder) throws IOException {
    Path whole = copy(folder).resolve(Safetensors.SINGLE);
    Map<String, Stored> tensors = Safetensors.read(whole);
    ObjectNode index = new ObjectMapper().createObjectNode();
    index.putObject("metadata").put("total_size", Files.size(whole));
    ObjectNode map = index.putObject("weight_map");
    List<String> names = List.copyOf(tensors.keySet());
    for (int i = 0; i < SHARDS; i++) {
      String file = "model-%05d-of-%05d.safetensors".formatted(i + 1, SHARDS);
      Map<String, Stored> part = new LinkedHashMap<>();
      for (String name :
          names.subList(i * names.size() / SHARDS, (i + 1) * names.size() / SHARDS)) {
        part.put(name, tensors.get(name));
        map.put(name, file);
      }
      Safetensors.write(folder.resolve(file), part);
    }
    Files.delete(whole);
    Files.writeString(folder.resolve(Safetensors.INDEX), index.toString());
    return folder;
  }

  /**
   * The model with a header of odd length, as the format allows: none of its tensors lies where its
   * type can be read from, so there can be no views of them.
   */
  public static Path unaligned(Path folder) throws IOException {
    Path file = copy(folder).resolve(Safetensors.SINGLE);
    byte[] all = Files.readAllBytes(file);
    String header = Safetensors.header(file).toString();
    int data = 0;
    for (Stored tensor : Safetensors.read(file).values()) {
      data += tensor.bytes().remaining();
    }
    String odd = header.length() % 2 == 0 ? header + " " : header;
    Safetensors.write(file, odd, Arrays.copyOfRange(all, all.length - data, all.length));
    return folder;
  }
}
