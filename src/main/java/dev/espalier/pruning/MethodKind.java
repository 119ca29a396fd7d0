package dev.espalier.pruning;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * A pruning method as the {@linkplain MethodCatalogue catalogue} has it.
 *
 * @param name on the command line and in reports
 * @param published its name in the published repositories
 * @param removes what it removes, in a few words
 * @param paper where it comes from
 * @param maker makes it with its defaults
 */
public record MethodKind(
    String name,
    Optional<String> published,
    String removes,
    String paper,
    Supplier<PruningMethod> maker) {

  /** One that no published repository names. */
  MethodKind(String name, String removes, String paper, Supplier<PruningMethod> maker) {
    this(name, Optional.empty(), removes, paper, maker);
  }

  /** The same, with a name in the published repositories. */
  MethodKind publishedAs(String name) {
    return new MethodKind(this.name, Optional.of(name), removes, paper, maker);
  }

  /** The method with its defaults. */
  public PruningMethod make() {
    return maker.get();
  }
}
