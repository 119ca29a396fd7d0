package dev.espalier.cli;

import dev.espalier.BadInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** How {@code --calibration} and {@code --evaluate} name texts. */
final class TextOptions {
  private static final Set<String> DATA_SETS = Set.of("wikitext2", "c4", "ptb");

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

  /** Several, comma-separated; {@code none} for none. */
  static List<Path> several(String option, String names) {
    return names.equals("none")
        ? List.of()
        : Arrays.stream(names.split(",", -1)).map(name -> one(option, name.strip())).toList();
  }
}
