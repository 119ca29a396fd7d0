package dev.espalier.cli;

import dev.espalier.BadInputException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** How {@code --calibration} and {@code --evaluate} name texts. */
final class TextOptions {
  /** What the help says about names that hold a comma. */
  static final String COMMAS = "write \\, for a comma that belongs to a name";

  /** What the published repositories fetch by name. */
  static final Set<String> DATA_SETS = Set.of("wikitext2", "c4", "ptb");

  private static final String COMMA = ",";
  private static final String ESCAPED = "\\,";

  private TextOptions() {}

  static Path one(String option, String name) {
    if (name.equals("none")) {
      throw new BadInputException("--%s none cannot be combined with texts".formatted(option));
    }
    Path path = CommonOptions.path(option, name);
    if (DATA_SETS.contains(name) && !Files.exists(path)) {
      throw new BadInputException(
          "--%s %s names a data set, which this version does not download; give a local file (.txt, .jsonl or .json.gz)"
              .formatted(option, name));
    }
    return path;
  }

  /**
   * Several, comma-separated; {@code none} for none. A comma belongs to a name where a backslash
   * stands before it, and where there is a file of that name.
   */
  static List<Path> several(String option, String names) {
    if (names.equals("none")) {
      return List.of();
    }
    String[] parts = names.split("(?<!\\\\),", -1);
    List<Path> paths = new ArrayList<>();
    for (int from = 0; from < parts.length; ) {
      int to = parts.length;
      while (to > from + 1 && !exists(joined(parts, from, to))) {
        to--;
      }
      requireOneMeaning(option, parts, from, to);
      paths.add(one(option, joined(parts, from, to)));
      from = to;
    }
    return paths;
  }

  private static void requireOneMeaning(String option, String[] parts, int from, int to) {
    boolean all = to > from + 1;
    for (int i = from; i < to; i++) {
      all &= exists(joined(parts, i, i + 1));
    }
    if (all) {
      String one = joined(parts, from, to);
      throw new BadInputException(
          "--%s: \"%s\" is a file, and so is each part of it: write %s for the one file, or %s for the several"
              .formatted(
                  option,
                  one,
                  one.replace(COMMA, ESCAPED),
                  Arrays.stream(parts, from, to)
                      .map(part -> Path.of(".").resolve(part.strip()).toString())
                      .collect(Collectors.joining(COMMA))));
    }
  }

  private static String joined(String[] parts, int from, int to) {
    return String.join(COMMA, List.of(parts).subList(from, to)).replace(ESCAPED, COMMA).strip();
  }

  private static boolean exists(String name) {
    try {
      return !name.isBlank() && Files.exists(Path.of(name));
    } catch (InvalidPathException e) {
      return false; // told where the path is needed
    }
  }
}
