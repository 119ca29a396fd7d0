package dev.espalier.allocation;

import dev.espalier.BadInputException;
import java.util.HashMap;
import java.util.Map;

/** Values of parameters; those that are not given are the defaults. */
public final class ParameterValues {
  /** None is given. */
  public static final ParameterValues DEFAULTS = new ParameterValues(Map.of());

  private final Map<Parameter<?>, Object> given;

  private ParameterValues(Map<Parameter<?>, Object> given) {
    this.given = given;
  }

  /** These, and the parameter with that value. */
  public <T> ParameterValues with(Parameter<T> parameter, T value) {
    Map<Parameter<?>, Object> more = new HashMap<>(given);
    more.put(parameter, value);
    return new ParameterValues(Map.copyOf(more));
  }

  /** Whether there is a value, be it the default. */
  public boolean has(Parameter<?> parameter) {
    return given.containsKey(parameter) || parameter.byDefault().isPresent();
  }

  /**
   * The value that is given, or the default.
   *
   * @throws BadInputException if there is neither
   */
  public <T> T of(Parameter<T> parameter) {
    if (given.containsKey(parameter)) {
      return parameter.type().cast(given.get(parameter));
    }
    return parameter
        .byDefault()
        .orElseThrow(
            () ->
                new BadInputException(
                    "%s must be given, such as %s"
                        .formatted(parameter.key(), parameter.write(parameter.typical()))));
  }
}
