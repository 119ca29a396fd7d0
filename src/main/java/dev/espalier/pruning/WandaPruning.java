package dev.espalier.pruning;

import dev.espalier.kernels.Kernels;
import dev.espalier.pruning.SparsityPattern.NofM;
import dev.espalier.statistics.InputStatistics;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Removes the smallest |W|·s of each row, s the norms of the inputs (Wanda, Sun et al., 2023). */
public record WandaPruning() implements PruningMethod {
  public static final MethodKind KIND =
      new MethodKind(
              "wanda",
              "per row, the smallest |W|·‖X‖",
              "Sun et al., A Simple and Effective Pruning Approach for Large Language Models, 2023",
              WandaPruning::new)
          .publishedAs("wanda");

  @Override
  public String name() {
    return KIND.name();
  }

  @Override
  public InputStatistics.Kind statistics() {
    return InputStatistics.Kind.NORMS;
  }

  @Override
  public boolean updatesWeights() {
    return false;
  }

  @Override
  public LinearError prune(
      Tensor weight, Optional<InputStatistics> statistics, PruningTarget target) {
    try (PointerScope scope = new PointerScope()) {
      Tensor norms = statistics.orElseThrow().norms();
      double before = ErrorNorms.finiteSquared(weight, norms);
      if (target.pattern() instanceof NofM pattern) {
        Kernels.pruneNofM(weight, norms, pattern.keep(), pattern.group());
      } else {
        Kernels.pruneRowsSmallest(weight, norms, target.sparsity(), target.rounding());
      }
      return ErrorNorms.removalError(
          LinearError.Measure.SCORES, before, ErrorNorms.squared(weight, norms));
    }
  }
}
