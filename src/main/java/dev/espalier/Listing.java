package dev.espalier;

import java.util.List;

/** Several names in a sentence. */
public final class Listing {
  private Listing() {}

  /** Such as {@code magnitude, wanda or sparsegpt}. */
  public static String or(List<String> names) {
    return with("or", names);
  }

  /** Such as {@code magnitude, wanda and sparsegpt}. */
  public static String and(List<String> names) {
    return with("and", names);
  }

  private static String with(String word, List<String> names) {
    int last = names.size() - 1;
    return last < 1
        ? String.join(", ", names)
        : "%s %s %s".formatted(String.join(", ", names.subList(0, last)), word, names.get(last));
  }
}
