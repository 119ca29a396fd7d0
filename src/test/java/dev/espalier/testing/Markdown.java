package dev.espalier.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A document of this tree.
 *
 * @param text its lines outside of code blocks
 * @param code the lines of its code blocks; one that ends with a backslash goes on in the next
 */
public record Markdown(List<String> text, List<String> code) {
  /** Where there are documents; everything else is built or ignored. */
  private static final List<String> PLACES =
      List.of("docs", "bench", "cuda", "examples", "samples", "src", ".github");

  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern ELSEWHERE = Pattern.compile("[a-z][a-z+.-]*:.*");
  private static final Pattern HEADING = Pattern.compile("#+ +(.*)");
  private static final String FENCE = "```";

  public static List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> top = Files.list(Path.of(""))) {
      top.filter(Markdown::isDocument).forEach(files::add);
    }
    for (String place : PLACES) {
      if (Files.isDirectory(Path.of(place))) {
        try (Stream<Path> below = Files.walk(Path.of(place))) {
          below.filter(Markdown::isDocument).forEach(files::add);
        }
      }
    }
    return files;
  }

  private static boolean isDocument(Path file) {
    return file.toString().endsWith(".md") && Files.isRegularFile(file);
  }

  public static Markdown read(Path file) throws IOException {
    List<String> text = new ArrayList<>();
    List<String> code = new ArrayList<>();
    boolean inside = false;
    String begun = "";
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith(FENCE)) {
        inside = !inside;
      } else if (!inside) {
        text.add(line);
      } else if (line.endsWith("\\")) {
        begun += line.substring(0, line.length() - 1);
      } else {
        code.add(begun + line);
        begun = "";
      }
    }
    return new Markdown(text, code);
  }

  /** What it links to in this tree. */
  public List<String> links() {
    return text.stream()
        .flatMap(line -> LINK.matcher(line).results())
        .map(link -> link.group(1))
        .filter(link -> !ELSEWHERE.matcher(link).matches())
        .toList();
  }

  /** What GitHub makes of its headings: the parts of addresses after the {@code #}. */
  public List<String> anchors() {
    return text.stream()
        .map(HEADING::matcher)
        .filter(Matcher::matches)
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .toList();
  }
}
