package dev.espalier.pruning;

import dev.espalier.BadInputException;
import dev.espalier.allocation.Parameter;
import dev.espalier.allocation.ParameterValues;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A pruning method as the {@linkplain MethodCatalogue catalogue} has it.
 *
 * @param name on the command line and in reports
 * @param published its name in the published repositories
 * @param removes what it removes, in a few words
 * @param paper where it comes from
 * @param parameters what can be set about it, in the order of help texts
 * @param maker makes it of its parameters' values
 */
public record MethodKind(
    String name,
    Optional<String> published,
    String removes,
    String paper,
    List<Parameter<?>> parameters,
    Function<ParameterValues, PruningMethod> maker) {
  public MethodKind {
    parameters = List.copyOf(parameters);
  }

  /** One that no published repository names, and about which nothing can be set. */
  MethodKind(String name, String removes, String paper, Supplier<PruningMethod> maker) {
    this(name, Optional.empty(), removes, paper, List.of(), values -> maker.get());
  }

  /** The same, with a name in the published repositories. */
  MethodKind publishedAs(String name) {
    return new MethodKind(this.name, Optional.of(name), removes, paper, parameters, maker);
  }

  /** The method with its defaults. */
  public PruningMethod make() {
    return make(ParameterValues.DEFAULTS);
  }

  /**
   * The method with these parameters.
   *
   * @throws BadInputException if one is impossible
   */
  public PruningMethod make(ParameterValues values) {
    return maker.apply(values);
  }
}
