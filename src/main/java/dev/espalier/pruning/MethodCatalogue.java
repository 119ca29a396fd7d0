package dev.espalier.pruning;

import dev.espalier.allocation.Parameter;
import java.util.List;
import java.util.Optional;

/** All pruning methods there are: a new one is a class and a line here. */
public final class MethodCatalogue {
  /** The one to take when none is named. */
  public static final MethodKind DEFAULT = WandaPruning.KIND;

  private static final List<MethodKind> ALL =
      List.of(
          MagnitudePruning.KIND,
          WandaPruning.KIND,
          WandaVariantPruning.KIND,
          SparseGptPruning.KIND,
          FastAdmmPruning.KIND,
          AdmmPruning.KIND);

  private MethodCatalogue() {}

  /** In the order of help texts. */
  public static List<MethodKind> all() {
    return ALL;
  }

  /** The parameters of all methods, each once, in the order of help texts. */
  public static List<Parameter<?>> parameters() {
    return ALL.stream().<Parameter<?>>flatMap(k -> k.parameters().stream()).distinct().toList();
  }

  /** Those that have a parameter, in the order of help texts. */
  public static List<MethodKind> owners(Parameter<?> parameter) {
    return ALL.stream().filter(kind -> kind.parameters().contains(parameter)).toList();
  }

  /** The one of that name; nothing if there is none. */
  public static Optional<MethodKind> named(String name) {
    return ALL.stream().filter(kind -> kind.name().equals(name)).findFirst();
  }

  /** The one that the published repositories call by that name; nothing if there is none. */
  public static Optional<MethodKind> published(String name) {
    return ALL.stream().filter(kind -> kind.published().equals(Optional.of(name))).findFirst();
  }
}
