package dev.espalier.allocation;

import dev.espalier.BadInputException;
import dev.espalier.measurement.Measurement;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * An allocation as the {@linkplain AllocationCatalogue catalogue} has it: what it is called, what
 * can be set about it, and how it is made.
 *
 * @param name on the command line and in reports
 * @param title as its paper writes it
 * @param published its name in the published repositories: what follows {@code wanda_} there
 * @param keepsMore when a block keeps more than others, as the end of a sentence
 * @param paper where it comes from
 * @param parameters in the order of help texts
 * @param maker makes it of its parameters' values
 * @param usual makes the one to take when nothing is set
 */
public record AllocationKind(
    String name,
    String title,
    Optional<String> published,
    String keepsMore,
    String paper,
    List<Parameter<?>> parameters,
    Function<ParameterValues, SparsityAllocation> maker,
    ModelAllocation usual) {
  public AllocationKind {
    parameters = List.copyOf(parameters);
  }

  /** One that no published repository names, and whose parameters have defaults. */
  AllocationKind(
      String name,
      String title,
      String keepsMore,
      String paper,
      List<Parameter<?>> parameters,
      Function<ParameterValues, SparsityAllocation> maker) {
    this(
        name,
        title,
        Optional.empty(),
        keepsMore,
        paper,
        parameters,
        maker,
        (sparsity, blocks) -> maker.apply(ParameterValues.DEFAULTS));
  }

  /** The same, with a name in the published repositories. */
  AllocationKind publishedAs(String name) {
    return new AllocationKind(
        this.name, title, Optional.of(name), keepsMore, paper, parameters, maker, usual);
  }

  /** The same, with parameters that follow from the model when nothing is set. */
  AllocationKind usually(ModelAllocation usual) {
    return new AllocationKind(name, title, published, keepsMore, paper, parameters, maker, usual);
  }

  /**
   * The allocation with these parameters.
   *
   * @throws BadInputException if one is impossible, or is needed and not given
   */
  public SparsityAllocation make(ParameterValues values) {
    return maker.apply(values);
  }

  /** A parameter that has no default and is not given. */
  public Optional<Parameter<?>> missing(ParameterValues values) {
    return parameters.stream().filter(parameter -> !values.has(parameter)).findFirst();
  }

  /** What has to be measured of the dense model when nothing is set. */
  public Set<Measurement> needs() {
    return usual.of(0.5, 2).needs();
  }

  /**
   * Checks a value that an allocation of this kind is made with.
   *
   * @throws BadInputException if it is outside of the parameter's range
   */
  void require(NumberParameter parameter, double value) {
    parameter.range().require(parameter.symbol(), title, value);
  }
}
