package dev.espalier.cli;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What copying does to a command line: typographic dashes and quotes, and the backslashes of lines
 * that are one line now.
 */
final class Pasted {
  /** Hyphens, dashes and the minus sign, of which at least one is not the keyboard's. */
  private static final Pattern DASHES = Pattern.compile("(?=-?[‐-―−])[-‐-―−]{1,3}([A-Za-z].*)");

  private static final Pattern QUOTED = Pattern.compile("((?:--?[\\w-]+=)?)[“”‘’](.*)[“”‘’]");

  /** A space at which no shell splits. */
  private static final Pattern SPACE = Pattern.compile("[\u00a0\u2007\u202f]+");

  private Pasted() {}

  static List<String> clean(List<String> args) {
    return args.stream().flatMap(Pasted::split).flatMap(Pasted::clean).toList();
  }

  private static Stream<String> split(String arg) {
    String[] words = SPACE.split(arg);
    boolean options = Stream.of(words).anyMatch(word -> word.matches("[-‐-―−].*"));
    return options ? Stream.of(words).filter(word -> !word.isEmpty()) : Stream.of(arg);
  }

  private static Stream<String> clean(String arg) {
    if (!arg.isEmpty() && arg.matches("[\\s\\\\]*")) {
      return Stream.empty();
    }
    String option = arg.strip();
    Matcher dashes = DASHES.matcher(option);
    if (dashes.matches()) {
      String name = dashes.group(1);
      return clean((name.length() == 1 ? "-" : "--") + name);
    }
    Matcher quoted = QUOTED.matcher(arg);
    if (quoted.matches()) {
      return Stream.of(quoted.group(1) + quoted.group(2));
    }
    return Stream.of(option.startsWith("-") ? option : arg);
  }
}
