package dev.espalier.cli;

import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** What somebody may have meant by a word that is none. */
final class Suggestion {
  private Suggestion() {}

  /** The name that is nearest to a word, if one is near. */
  static Optional<String> nearest(String word, Stream<String> names) {
    return names
        .filter(name -> isNear(name, word))
        .min(Comparator.comparingInt(name -> EditDistance.between(name, word)));
  }

  /** The shortest of the names that a word is the beginning of. */
  static Optional<String> completed(String word, Stream<String> names) {
    return names
        .filter(name -> !word.isEmpty() && name.startsWith(word))
        .min(Comparator.comparingInt(String::length));
  }

  private static boolean isNear(String name, String word) {
    return name.startsWith(word)
        || word.startsWith(name)
        || EditDistance.between(name, word) <= Math.max(1, word.length() / 3);
  }

  /** As a sentence has it; nothing where there is none. */
  static String question(Optional<String> name) {
    return name.map(" (did you mean %s?)"::formatted).orElse("");
  }
}
