package dev.espalier.pruning;

import dev.espalier.kernels.Kernels;
import dev.espalier.pruning.SparsityPattern.NofM;
import org.bytedeco.pytorch.Tensor;

/** Removes the smallest |W|·s of each row, s the norms of the inputs (Wanda, Sun et al., 2023). */
public record WandaPruning() implements ScorePruning {
  /** As the catalogue has it. */
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
  public void remove(Tensor weight, Tensor norms, PruningTarget target) {
    if (target.pattern() instanceof NofM pattern) {
      Kernels.pruneNofM(weight, norms, pattern.keep(), pattern.group());
    } else {
      Kernels.pruneRowsSmallest(weight, norms, target.sparsity(), target.rounding());
    }
  }
}
