package dev.espalier.allocation;

import dev.espalier.Keyword;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A parameter with a few possible values.
 *
 * @param typical its default
 */
public record ChoiceParameter<E extends Enum<E> & Keyword>(
    String key, String placeholder, String description, E typical) implements Parameter<E> {

  /** One whose choices stand for its value in help texts. */
  ChoiceParameter(String key, String description, E typical) {
    this(key, String.join("|", choices(typical)), description, typical);
  }

  /** What can be written, the default first. */
  public List<String> choices() {
    return choices(typical);
  }

  private static <E extends Enum<E> & Keyword> List<String> choices(E first) {
    return Stream.concat(Stream.of(first), Stream.of(first.getDeclaringClass().getEnumConstants()))
        .distinct()
        .map(Keyword::keyword)
        .toList();
  }

  @Override
  public Optional<String> published() {
    return Optional.empty();
  }

  @Override
  public Class<E> type() {
    return typical.getDeclaringClass();
  }

  @Override
  public Optional<E> byDefault() {
    return Optional.of(typical);
  }

  @Override
  public Optional<E> read(String text) {
    return Keyword.find(type(), text);
  }

  @Override
  public String write(E value) {
    return value.keyword();
  }
}
