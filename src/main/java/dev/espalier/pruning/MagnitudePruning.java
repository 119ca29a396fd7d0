package dev.espalier.pruning;

import dev.espalier.kernels.Kernels;
import dev.espalier.pruning.SparsityPattern.NofM;
import dev.espalier.statistics.InputStatistics;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Removes the smallest weights of each linear: zeros first, whether or not they are to stay. */
public record MagnitudePruning() implements PruningMethod {
  /** As the catalogue has it. */
  public static final MethodKind KIND =
      new MethodKind(
              "magnitude",
              "the smallest weights of each linear",
              "Han et al., 2015",
              MagnitudePruning::new)
          .publishedAs("magnitude");

  @Override
  public String name() {
    return KIND.name();
  }

  @Override
  public InputStatistics.Kind statistics() {
    return InputStatistics.Kind.NONE;
  }

  @Override
  public LinearError prune(
      Tensor weight, Optional<InputStatistics> statistics, PruningTarget target) {
    if (target.isNothing()) {
      return LinearError.none(LinearError.Measure.WEIGHTS);
    }
    try (PointerScope scope = new PointerScope()) {
      Tensor before = ErrorNorms.square(weight);
      if (target.pattern() instanceof NofM pattern) {
        Kernels.pruneNofM(weight, pattern.keep(), pattern.group());
      } else {
        Kernels.pruneMatrixSmallest(weight, target.sparsity(), target.rounding());
      }
      Tensor after = ErrorNorms.square(weight);
      return ErrorNorms.removalError(LinearError.Measure.WEIGHTS, before, after);
    }
  }
}
