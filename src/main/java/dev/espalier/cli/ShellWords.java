package dev.espalier.cli;

import java.util.List;
import java.util.stream.Collectors;

/** Command lines as a shell takes them. */
final class ShellWords {
  private ShellWords() {}

  /** One line of these words. */
  static String line(List<String> words) {
    return words.stream().map(ShellWords::quoted).collect(Collectors.joining(" "));
  }

  /** The word as a shell takes it for one. */
  static String quoted(String word) {
    return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
