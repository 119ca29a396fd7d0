package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.allocation.AllocationKind;
import dev.espalier.allocation.AlphaPruningAllocation;
import dev.espalier.allocation.AtpAllocation;
import dev.espalier.allocation.DlpAllocation;
import dev.espalier.allocation.ErAllocation;
import dev.espalier.allocation.LsaAllocation;
import dev.espalier.allocation.OwlAllocation;
import dev.espalier.allocation.UniformAllocation;
import dev.espalier.pruning.MagnitudePruning;
import dev.espalier.pruning.MethodKind;
import dev.espalier.pruning.SparseGptPruning;
import dev.espalier.pruning.WandaPruning;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What LSA's repository calls methods and allocations. */
final class LsaNames {
  private static final Map<String, MethodKind> PRUNERS =
      Map.of(
          "mag", MagnitudePruning.KIND, "wanda", WandaPruning.KIND, "sgpt", SparseGptPruning.KIND);

  private static final Map<String, AllocationKind> LAYERS =
      Map.of(
          "uniform", UniformAllocation.KIND,
          "owl", OwlAllocation.KIND,
          "dlp", DlpAllocation.KIND,
          "lsa", LsaAllocation.KIND,
          "lsac", LsaAllocation.KIND,
          "atp", AtpAllocation.KIND,
          "alpha", AlphaPruningAllocation.KIND,
          "er", ErAllocation.ER,
          "erk", ErAllocation.ERK);

  /** Where LSA's code is not told any. */
  static final String USUAL_LAMBDA = "0.08";

  /** By tenths of sparsity, as in LSA's code. */
  private static final List<String> ALPHAS =
      List.of("0.06", "0.02", "0.04", "0.02", "0.04", "0.1", "0.15", "0.12");

  private LsaNames() {}

  /** What LSA's code takes for a sparsity, by blocks; nothing where it has none. */
  static Optional<String> alpha(Optional<String> sparsity) {
    int tenths =
        sparsity
            .filter(text -> text.matches("0?\\.[1-8]\\d*"))
            .map(text -> text.charAt(text.indexOf('.') + 1) - '0')
            .orElse(0);
    return tenths > 0 ? Optional.of(ALPHAS.get(tenths - 1)) : Optional.empty();
  }

  static void pruner(PublishedSettings line, String name) {
    if (!PRUNERS.containsKey(name)) {
      throw new BadInputException(
          "--pruner \"%s\" is not offered; write mag, wanda or sgpt".formatted(name));
    }
    line.method(PRUNERS.get(name));
  }

  /** By blocks, or with a c at its end by linears. */
  static void layer(PublishedSettings line, String name) {
    if (!LAYERS.containsKey(name)) {
      throw new BadInputException(
          "--layer \"%s\" is not offered; write uniform, owl, dlp, lsa (a sparsity for each block), lsac (for each linear), atp, alpha, er or erk"
              .formatted(name));
    }
    line.lsasAllocation(LAYERS.get(name), name.equals("lsac"));
  }
}
