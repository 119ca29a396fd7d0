package dev.espalier;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A constant of an enum that people read and write as its name in lower case: in options, reports
 * and files.
 */
public interface Keyword {
  /** As Java has it: {@link Enum#name}. */
  String name();

  /** As people have it. */
  default String keyword() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The constant of that keyword, as it is written; nothing if there is none. */
  static <E extends Enum<E> & Keyword> Optional<E> find(Class<E> type, String keyword) {
    return Stream.of(type.getEnumConstants())
        .filter(constant -> constant.keyword().equals(keyword))
        .findFirst();
  }
}
