package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.text.DataSet;
import dev.espalier.text.TextSource;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;

/** How {@code --calibration} and {@code --evaluate} name texts. */
final class TextOptions {
  /** What the help says about names that hold a comma. */
  static final String COMMAS = "write \\, for a comma that belongs to a name";

  /** What a text may be, for the help. */
  static final String TEXTS =
      "a file (.txt, .jsonl, .json.gz, .parquet), %s, or hub:ORG/NAME[/PATH]"
          .formatted(
              Stream.of(DataSet.values()).map(DataSet::keyword).collect(Collectors.joining(", ")));

  private static final Pattern SHARE = Pattern.compile("(.+):(\\d+(?:\\.\\d+)?|\\.\\d+)");
  private static final String COMMA = ",";
  private static final String ESCAPED = "\\,";

  private TextOptions() {}

  static Path one(String option, String name) {
    if (name.equals("none")) {
      throw new BadInputException("--%s none cannot be combined with texts".formatted(option));
    }
    return CommonOptions.path(option, name);
  }

  /** The field that holds the texts. */
  static Option field() {
    return CommonOptions.value(
        "text-field",
        "NAME",
        "the field or column of texts in JSON lines and Parquet (%s)"
            .formatted(TextSource.USUAL_FIELD));
  }

  /** What that option says. */
  static String field(CommandLine line) {
    return line.getOptionValue("text-field", TextSource.USUAL_FIELD);
  }

  /** Several with their shares, such as {@code c4:0.8,own.jsonl:0.2}; equal where none is given. */
  static Map<Path, Double> shares(String option, String texts) {
    Map<Path, Double> shares = new LinkedHashMap<>();
    int given = 0;
    for (Path text : several(option, texts)) {
      Matcher share = SHARE.matcher(text.toString());
      boolean shared = !Files.exists(text) && share.matches();
      given += shared ? 1 : 0;
      Path path = shared ? Path.of(share.group(1)) : text;
      if (shares.put(path, shared ? Double.parseDouble(share.group(2)) : 1.0) != null) {
        throw new BadInputException("--%s names %s twice".formatted(option, path));
      }
    }
    if (given > 0 && given < shares.size()) {
      throw new BadInputException(
          "--%s gives a share to some of the texts; give one to each, such as c4:0.8,own.jsonl:0.2, or to none"
              .formatted(option));
    }
    return shares;
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
