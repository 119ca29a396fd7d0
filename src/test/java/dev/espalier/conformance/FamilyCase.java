package dev.espalier.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A small model of a family, and io.json: what goes in, and what must come out. */
record FamilyCase(Path folder) {
  private static final Path ALL = Path.of("src", "test", "resources", "families");

  /** Every folder there is. */
  static List<FamilyCase> all() throws IOException {
    try (Stream<Path> folders = Files.list(ALL)) {
      return folders.filter(Files::isDirectory).sorted().map(FamilyCase::new).toList();
    }
  }

  static FamilyCase named(String name) {
    return new FamilyCase(ALL.resolve(name));
  }

  JsonNode io() throws IOException {
    return new ObjectMapper().readTree(folder.resolve("io.json").toFile());
  }

  /** Its tokens, [sequences][positions]. */
  static int[][] tokens(JsonNode io) {
    return StreamSupport.stream(io.get("input_ids").spliterator(), false)
        .map(row -> StreamSupport.stream(row.spliterator(), false).mapToInt(JsonNode::intValue))
        .map(row -> row.toArray())
        .toArray(int[][]::new);
  }

  static double[] doubles(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonNode::doubleValue)
        .toArray();
  }

  static List<String> strings(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::textValue).toList();
  }

  @Override
  public String toString() {
    return folder.getFileName().toString();
  }
}
