package dev.espalier;

/** Numbers of things in sentences. */
public final class Plural {
  private Plural() {}

  /**
   * Such as {@code 1 window} and {@code 2 windows}.
   *
   * @param noun in the singular, of those that only take an s
   */
  public static String of(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }
}
