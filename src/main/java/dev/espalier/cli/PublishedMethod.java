package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.allocation.AllocationCatalogue;
import dev.espalier.allocation.AllocationKind;
import dev.espalier.allocation.UniformAllocation;
import dev.espalier.pruning.MethodCatalogue;
import dev.espalier.pruning.MethodKind;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What {@code --prune_method} names: {@code wanda_dlp} is wanda with DLP, {@code wanda_ww} with
 * AlphaPruning; plain {@code wanda} prunes uniformly there.
 *
 * @param mixed whether every block gets its own N of N:M
 */
record PublishedMethod(MethodKind method, AllocationKind allocation, boolean mixed) {
  private static final String MIXED = "wanda_owl_structure";

  /** What some name that is not offered. */
  private static final Map<String, String> INSTEAD =
      Map.of(
          "ablate_mag_seq", updated("magnitude"),
          "ablate_mag_iter", updated("magnitude"),
          "ablate_wanda_seq", updated("wanda"),
          "ablate_wanda_iter", updated("wanda"),
          "dense", "prunes nothing; write espalier eval",
          "wanda_owl_structure_special", "is not offered; write wanda_owl_structure",
          "wanda_dlp_structure", "is not offered; write --prune_method wanda_dlp --pattern N:8");

  private static String updated(String chooses) {
    return "updates the weights that %1$s leaves, which is not offered; write %1$s for the choice alone, or sparsegpt for a choice with an update"
        .formatted(chooses);
  }

  /**
   * @throws BadInputException if there is none of that name
   */
  static PublishedMethod of(String text) {
    if (INSTEAD.containsKey(text)) {
      throw new BadInputException("--prune_method %s %s".formatted(text, INSTEAD.get(text)));
    }
    String[] parts = text.split("_", 2);
    boolean mixed = text.equals(MIXED);
    Optional<MethodKind> method = MethodCatalogue.published(parts[0]);
    Optional<AllocationKind> allocation =
        parts.length == 1
            ? Optional.of(UniformAllocation.KIND)
            : AllocationCatalogue.published(mixed ? "owl" : parts[1]);
    if (method.isEmpty() || allocation.isEmpty()) {
      throw new BadInputException(
          "--prune_method \"%s\" is not known; the methods are %s, each alone or followed by _%s"
              .formatted(
                  text,
                  join(", ", MethodCatalogue.all().stream().map(MethodKind::published)),
                  join(
                      " or _", AllocationCatalogue.all().stream().map(AllocationKind::published))));
    }
    return new PublishedMethod(method.get(), allocation.get(), mixed);
  }

  private static String join(String separator, Stream<Optional<String>> names) {
    return names.flatMap(Optional::stream).collect(Collectors.joining(separator));
  }
}
