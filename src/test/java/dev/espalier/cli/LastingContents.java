package dev.espalier.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of a folder without what differs from run to run of the same: in {@code espalier.json}
 * and {@code report.html} these are times, memory and what was told on the way.
 */
final class LastingContents {
  private static final Set<String> PASSING =
      Set.of("date", "seconds", "total_seconds", "peak_bytes", "peak_bytes_by_phase", "notes");

  /** A page's record and notes, dates, times and memory, the seconds of each linear. */
  private static final List<Pattern> PASSING_HTML =
      List.of(
          Pattern.compile("<!-- espalier-run .*?-->", Pattern.DOTALL),
          Pattern.compile("<section><h2>Notes</h2>.*?</section>", Pattern.DOTALL),
          Pattern.compile("\\d{4}-\\d\\d-\\d\\d[T ][\\d:]+Z?"),
          Pattern.compile("\\d+(\\.\\d+)? (h|min|s|ms|MiB|GiB)\\b( \\d+ (min|s)\\b)?"),
          Pattern.compile("<td>\\d+\\.\\d\\d</td></tr>"));

  private final TreeMap<String, byte[]> files = new TreeMap<>();

  private LastingContents() {}

  static LastingContents of(Path folder) throws IOException {
    LastingContents contents = new LastingContents();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.files.put(folder.relativize(file).toString(), lasting(file));
      }
    }
    return contents;
  }

  private static byte[] lasting(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    return switch (file.getFileName().toString()) {
      case "espalier.json" -> Folders.JSON.writeValueAsBytes(lasting(Folders.JSON.readTree(bytes)));
      case "report.html" ->
          lasting(new String(bytes, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
      default -> bytes;
    };
  }

  private static JsonNode lasting(JsonNode json) {
    if (json instanceof ObjectNode object) {
      object.remove(PASSING);
    }
    json.forEach(LastingContents::lasting);
    return json;
  }

  private static String lasting(String html) {
    String lasting = html;
    for (Pattern passing : PASSING_HTML) {
      lasting = passing.matcher(lasting).replaceAll("");
    }
    return lasting;
  }

  /** What is not as in the other; empty if all is. */
  Optional<String> difference(LastingContents other) {
    if (!files.keySet().equals(other.files.keySet())) {
      return Optional.of("%s instead of %s".formatted(other.files.keySet(), files.keySet()));
    }
    List<String> different = new ArrayList<>(files.keySet());
    different.removeIf(name -> Arrays.equals(files.get(name), other.files.get(name)));
    return different.isEmpty() ? Optional.empty() : Optional.of(different + " differ");
  }
}
