package dev.espalier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The library names things; what a command line calls them is for its own room to say. */
class LibraryWordsTest {
  private static final Path SOURCES = Path.of("src/main/java/dev/espalier");
  private static final Pattern LITERAL = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
  private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z]");

  /** CSS has names of that kind, too, and they begin a declaration. */
  private static final Pattern CUSTOM_PROPERTY = Pattern.compile("\"--[a-z]+:\"");

  private static List<String> literalsWithOptions(String source) {
    return LITERAL
        .matcher(source.replace("'\"'", "").replace("'\\\"'", ""))
        .results()
        .map(MatchResult::group)
        .filter(literal -> OPTION.matcher(literal).find())
        .filter(literal -> !CUSTOM_PROPERTY.matcher(literal).matches())
        .toList();
  }

  @Test
  void noSentenceBelowTheCommandLineNamesAnOption() throws IOException {
    List<String> found = new ArrayList<>();
    int files = 0;
    try (Stream<Path> all = Files.walk(SOURCES)) {
      for (Path file : all.filter(path -> path.toString().endsWith(".java")).toList()) {
        if (!file.startsWith(SOURCES.resolve("cli"))) {
          files++;
          literalsWithOptions(Files.readString(file)).forEach(l -> found.add(file + ": " + l));
        }
      }
    }
    assertTrue(files > 100, files + " files are not the library");
    assertEquals(List.of(), found);
  }

  @Test
  void optionsAreFoundAndNothingElse() {
    String source =
        "f('\"', \"lower --sparsity\", \"a -- b\", \"\\\"--output is\", \"--series:\", \"x--y\");";
    assertEquals(
        List.of("\"lower --sparsity\"", "\"\\\"--output is\""), literalsWithOptions(source));
  }
}
