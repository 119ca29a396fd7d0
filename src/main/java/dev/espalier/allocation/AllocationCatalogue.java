package dev.espalier.allocation;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;

/**
 * All allocations there are: a new one is a class and a line here. {@link FileAllocation}s are
 * named by their files.
 */
public final class AllocationCatalogue {
  private static final List<AllocationKind> ALL =
      List.of(
          UniformAllocation.KIND,
          DlpAllocation.KIND,
          OwlAllocation.KIND,
          AtpAllocation.KIND,
          AlphaPruningAllocation.KIND,
          LsaAllocation.KIND,
          ErAllocation.ER,
          ErAllocation.ERK);

  private static final List<ModelAllocation> USUAL =
      List.of(
          UniformAllocation.KIND.usual(),
          AtpAllocation.KIND.usual(),
          DlpAllocation.KIND.usual(),
          OwlAllocation.KIND.usual(),
          (sparsity, blocks) -> AtpAllocation.ofLargest(0.25, sparsity, blocks),
          (sparsity, blocks) -> AtpAllocation.ofLargest(0.75, sparsity, blocks));

  private AllocationCatalogue() {}

  /** In the order of help texts. */
  public static List<AllocationKind> all() {
    return ALL;
  }

  /** The one of that name; nothing if there is none. */
  public static Optional<AllocationKind> named(String name) {
    return ALL.stream().filter(kind -> kind.name().equals(name)).findFirst();
  }

  /** The one that the published repositories call by that name; nothing if there is none. */
  public static Optional<AllocationKind> published(String name) {
    return ALL.stream().filter(kind -> kind.published().equals(Optional.of(name))).findFirst();
  }

  /** The parameters of all allocations, each once, in the order of help texts. */
  public static List<Parameter<?>> parameters() {
    return ALL.stream().<Parameter<?>>flatMap(k -> k.parameters().stream()).distinct().toList();
  }

  /** Those that have a parameter, in the order of help texts. */
  public static List<AllocationKind> owners(Parameter<?> parameter) {
    return ALL.stream().filter(kind -> kind.parameters().contains(parameter)).toList();
  }

  /**
   * The parameters that a search can vary: the numbers, first those whose good values depend on the
   * model.
   */
  public static List<NumberParameter> numbers() {
    return parameters().stream()
        .filter(NumberParameter.class::isInstance)
        .map(NumberParameter.class::cast)
        .sorted(Comparator.comparing(parameter -> parameter.byDefault().isPresent()))
        .toList();
  }

  /**
   * The allocation with one parameter given and defaults for the others: the first one that has
   * that parameter. It is the uniform allocation itself where the value makes it that.
   */
  public static DoubleFunction<SparsityAllocation> varying(NumberParameter parameter) {
    AllocationKind kind = owners(parameter).get(0);
    return value -> {
      SparsityAllocation allocation = kind.make(ParameterValues.DEFAULTS.with(parameter, value));
      return allocation.isUniform() ? new UniformAllocation() : allocation;
    };
  }

  /** The allocations worth trying on any model, uniform first, each once. */
  public static List<SparsityAllocation> usual(double sparsity, int blocks) {
    return USUAL.stream()
        .map(allocation -> allocation.of(sparsity, blocks))
        .distinct() // there may be no room for steps
        .toList();
  }

  /** How many those are at most. */
  public static int usualCount() {
    return USUAL.size();
  }
}
