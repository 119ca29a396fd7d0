package dev.espalier;

import java.util.regex.Pattern;

/** Text that comes from files, made fit for a terminal or a log. */
public final class Printable {
  /**
   * Controls, a terminal's own among them; what turns the direction of text; halves of characters;
   * line separators. Not the joiners, which some scripts need.
   */
  private static final Pattern UNPRINTABLE =
      Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}&&[^\\u200C\\u200D]]");

  private Printable() {}

  /** The text with a question mark for each character that could do more than be seen. */
  public static String of(String text) {
    return UNPRINTABLE.matcher(text).replaceAll("?");
  }
}
