package dev.espalier.cli;

import dev.espalier.BadInputException;
import java.util.Optional;

/**
 * An option of the published repositories.
 *
 * @param name with its dashes, words joined by underscores; dashes between words are the same
 * @param repository whose it is, where another repository's of that name means something else
 * @param hasValue whether a value follows
 * @param meaning what it is here
 */
record PublishedOption(
    String name,
    Optional<PublishedScript.Repository> repository,
    boolean hasValue,
    Meaning meaning) {
  /** What an option is here. */
  @FunctionalInterface
  interface Meaning {
    /**
     * Takes the option.
     *
     * @param given the option as it stands on the line
     * @param value its value, or nothing
     */
    void take(PublishedSettings settings, String given, String value);
  }

  /**
   * One with a value.
   *
   * @param name with two dashes, where it has none
   */
  static PublishedOption value(String name, Meaning meaning) {
    return new PublishedOption(dashed(name), Optional.empty(), true, meaning);
  }

  /** One without. */
  static PublishedOption flag(String name, Meaning meaning) {
    return new PublishedOption(dashed(name), Optional.empty(), false, meaning);
  }

  private static String dashed(String name) {
    return name.startsWith("-") ? name : "--" + name;
  }

  /** The same, as one repository has it. */
  PublishedOption of(PublishedScript.Repository owner) {
    return new PublishedOption(name, Optional.of(owner), hasValue, meaning);
  }

  /** It is one of ours. */
  static Meaning same(String ours) {
    return (settings, given, value) -> settings.add(ours, value);
  }

  /** It does nothing here, and need not. */
  static Meaning ignored(String why) {
    return (settings, given, value) ->
        settings.note("%s is ignored: %s.".formatted(given, why.formatted(value)));
  }

  /** There is nothing like it. */
  static Meaning refused(String instead) {
    return (settings, given, value) -> {
      throw new BadInputException("%s: %s".formatted(given, instead.formatted(value)));
    };
  }

  /** The same, unless the value is the one that asks for nothing. */
  static Meaning refusedUnless(String nothing, String instead) {
    return (settings, given, value) -> {
      if (!value.matches(nothing)) {
        refused(instead).take(settings, given + " " + value, value);
      }
    };
  }
}
