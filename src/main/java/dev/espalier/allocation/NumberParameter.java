package dev.espalier.allocation;

import dev.espalier.BadInputException;
import java.util.Optional;

/**
 * A parameter that is a number.
 *
 * @param symbol what messages call it
 * @param typical its default, or where that depends on the model, an example
 * @param otherwise what is taken if none is given, in words, where that depends on the model
 */
public record NumberParameter(
    String key,
    String symbol,
    Optional<String> published,
    String placeholder,
    String description,
    Double typical,
    Optional<String> otherwise,
    Range range)
    implements Parameter<Double> {

  /** One with a default. */
  NumberParameter(
      String key,
      String symbol,
      String placeholder,
      String description,
      double byDefault,
      Range range) {
    this(
        key,
        symbol,
        Optional.empty(),
        placeholder,
        description,
        byDefault,
        Optional.empty(),
        range);
  }

  /** The same, with another name in the published repositories. */
  NumberParameter publishedAs(String name) {
    return new NumberParameter(
        key, symbol, Optional.of(name), placeholder, description, typical, otherwise, range);
  }

  /** The same without a default: what {@code otherwise} says is taken where the model is known. */
  NumberParameter dependingOnTheModel(String otherwise) {
    return new NumberParameter(
        key, symbol, published, placeholder, description, typical, Optional.of(otherwise), range);
  }

  /**
   * A value of it as a whole number.
   *
   * @param owner what has the parameter, for people
   * @throws BadInputException if it is outside of the range, or has a fraction
   */
  public int whole(String owner, double value) {
    range.require(symbol, owner, value);
    if (value != Math.rint(value)) {
      throw new BadInputException(
          "%s is %s; %s needs %s".formatted(symbol, value, owner, range.words()));
    }
    return (int) value;
  }

  @Override
  public Class<Double> type() {
    return Double.class;
  }

  @Override
  public Optional<Double> byDefault() {
    return otherwise.isEmpty() ? Optional.of(typical) : Optional.empty();
  }

  @Override
  public Optional<Double> read(String text) {
    try {
      return Optional.of(Double.parseDouble(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Whole numbers without a fraction. */
  @Override
  public String write(Double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e6
        ? String.valueOf(value.longValue())
        : String.valueOf(value);
  }
}
