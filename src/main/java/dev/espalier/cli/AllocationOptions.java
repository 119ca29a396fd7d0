package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.Listing;
import dev.espalier.allocation.AllocationCatalogue;
import dev.espalier.allocation.AllocationKind;
import dev.espalier.allocation.FileAllocation;
import dev.espalier.allocation.NumberParameter;
import dev.espalier.allocation.Parameter;
import dev.espalier.allocation.ParameterValues;
import dev.espalier.allocation.SparsityAllocation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** The options that choose how much each block or linear loses: all from the catalogue. */
final class AllocationOptions {
  /** What can be named, for people. */
  static final String CHOICES = names(AllocationCatalogue.all(), ", ") + " or a .json file";

  private AllocationOptions() {}

  /** The parameters of all allocations. */
  static Options addParameters(Options options) {
    AllocationCatalogue.parameters()
        .forEach(
            parameter ->
                options.addOption(
                    ParameterOptions.option(
                        names(AllocationCatalogue.owners(parameter), ", "), parameter)));
    return options;
  }

  /**
   * An allocation by its name, or from the file of that name; nothing if there is none.
   *
   * @throws BadInputException if a parameter is impossible, or the file
   */
  static Optional<SparsityAllocation> find(String name, CommandLine line) {
    return FileAllocation.isNamedBy(name)
        ? Optional.of(FileAllocation.read(CommonOptions.path("allocation", name)))
        : AllocationCatalogue.named(name).map(kind -> make(kind, line));
  }

  private static SparsityAllocation make(AllocationKind kind, CommandLine line) {
    ParameterValues values = values(kind, line);
    kind.missing(values)
        .ifPresent(
            parameter -> {
              throw new BadInputException(
                  "the allocation %s needs --%s, such as %s"
                      .formatted(kind.name(), parameter.key(), parameter.typical()));
            });
    return kind.make(values);
  }

  /** The parameters of an allocation that are on the line. */
  private static ParameterValues values(AllocationKind kind, CommandLine line) {
    return ParameterOptions.values(kind.parameters(), line);
  }

  /** The allocation of that name if it has a parameter without default that is not on the line. */
  static Optional<AllocationKind> open(String name, CommandLine line) {
    return AllocationCatalogue.named(name)
        .filter(kind -> kind.missing(values(kind, line)).isPresent());
  }

  /** What {@link #open} allocations take once the model is known, for people. */
  static String fallbacks() {
    return AllocationCatalogue.numbers().stream()
        .flatMap(
            parameter ->
                parameter.otherwise().stream()
                    .map(
                        otherwise ->
                            "%s without --%s takes %s"
                                .formatted(owner(parameter), parameter.key(), otherwise)))
        .collect(Collectors.joining("; "));
  }

  /** The names of the allocations that are tried where none is named, for people. */
  static String usual() {
    return Listing.and(
        AllocationCatalogue.usual(0.5, 2).stream()
            .map(SparsityAllocation::name)
            .distinct()
            .toList());
  }

  /** The parameters that can be varied, each with its allocation unless its name says that. */
  static String numbers() {
    return AllocationCatalogue.numbers().stream()
        .map(
            parameter ->
                parameter.key().startsWith(owner(parameter))
                    ? parameter.key()
                    : "%s (%s)".formatted(parameter.key(), owner(parameter)))
        .collect(Collectors.joining(", "));
  }

  /**
   * The parameter to vary.
   *
   * @throws BadInputException if there is none of that name
   */
  static NumberParameter number(String name) {
    List<String> choices = new ArrayList<>(List.of("allocations"));
    for (NumberParameter parameter : AllocationCatalogue.numbers()) {
      if (parameter.key().equals(name)) {
        return parameter;
      }
      choices.add(parameter.key());
    }
    throw new BadInputException(
        "--over is \"%s\"; choose among %s".formatted(name, Listing.and(choices)));
  }

  /** The allocation that is made when a parameter varies. */
  private static String owner(NumberParameter parameter) {
    return AllocationCatalogue.owners(parameter).get(0).name();
  }

  /** What is tried has parameters of its own. */
  static void requireNoParameters(CommandLine line) {
    requireParametersOf(List.of("auto"), line);
  }

  /**
   * @throws BadInputException if a parameter belongs to none of these allocations; it would
   *     silently do nothing
   */
  static void requireParametersOf(List<String> names, CommandLine line) {
    stray(names, line)
        .ifPresent(
            parameter -> {
              throw new BadInputException(
                  "--%s belongs to --allocation %s, not to %s"
                      .formatted(
                          parameter.key(),
                          names(AllocationCatalogue.owners(parameter), " or "),
                          String.join(", ", names)));
            });
  }

  /** A parameter on the line that belongs to none of these allocations. */
  static Optional<Parameter<?>> stray(List<String> names, CommandLine line) {
    return AllocationCatalogue.parameters().stream()
        .filter(parameter -> line.hasOption(parameter.key()))
        .filter(
            parameter ->
                AllocationCatalogue.owners(parameter).stream()
                    .noneMatch(kind -> names.contains(kind.name())))
        .findFirst();
  }

  private static String names(List<AllocationKind> kinds, String separator) {
    return kinds.stream().map(AllocationKind::name).collect(Collectors.joining(separator));
  }
}
