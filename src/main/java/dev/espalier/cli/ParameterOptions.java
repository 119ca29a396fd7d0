package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.allocation.ChoiceParameter;
import dev.espalier.allocation.Parameter;
import dev.espalier.allocation.ParameterValues;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;

/** What can be set about allocations and methods, as options. */
final class ParameterOptions {
  private ParameterOptions() {}

  /**
   * @param owners what has the parameter, for people
   */
  static <T> Option option(String owners, Parameter<T> parameter) {
    String byDefault =
        parameter.byDefault().map(value -> " (" + parameter.write(value) + ")").orElse("");
    return CommonOptions.value(
        parameter.key(),
        parameter.placeholder(),
        "%s: %s%s".formatted(owners, parameter.description(), byDefault));
  }

  /**
   * Those of the parameters that are on the line.
   *
   * @throws BadInputException if the text of one is no value of it
   */
  static ParameterValues values(List<Parameter<?>> parameters, CommandLine line) {
    ParameterValues values = ParameterValues.DEFAULTS;
    for (Parameter<?> parameter : parameters) {
      values = line.hasOption(parameter.key()) ? with(values, parameter, line) : values;
    }
    return values;
  }

  private static <T> ParameterValues with(
      ParameterValues values, Parameter<T> parameter, CommandLine line) {
    String text = line.getOptionValue(parameter.key());
    return values.with(
        parameter, parameter.read(text).orElseThrow(() -> unreadable(parameter, text)));
  }

  private static BadInputException unreadable(Parameter<?> parameter, String text) {
    return new BadInputException(
        "--%s is \"%s\"%s"
            .formatted(
                parameter.key(),
                text,
                parameter instanceof ChoiceParameter<?> choice
                    ? "; choose among " + String.join(", ", choice.choices())
                    : ", not a number"));
  }
}
