package dev.espalier.pruning;

import dev.espalier.device.NativeMemory;
import dev.espalier.kernels.Kernels;
import dev.espalier.kernels.Rounding;
import dev.espalier.pruning.SparsityPattern.NofM;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

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
    if (target.keepZeros()) {
      weight.masked_fill_(zerosFirst(weight, norms, target), new Scalar(0.0));
    } else if (target.pattern() instanceof NofM pattern) {
      Kernels.pruneNofM(weight, norms, pattern.keep(), pattern.group());
    } else {
      Kernels.pruneRowsSmallest(weight, norms, target.sparsity(), target.rounding());
    }
  }

  /**
   * What goes where zeros count as pruned, in the caller's scope. Inputs that were never active
   * make other scores zero, too, so scores alone do not tell.
   */
  private static Tensor zerosFirst(Tensor weight, Tensor norms, PruningTarget target) {
    return NativeMemory.compute(
        () -> {
          Tensor zeros = weight.eq(new Scalar(0.0));
          Tensor scores =
              SmallestScores.zerosFirst(weight.to(ScalarType.Float).abs().mul(norms), zeros);
          if (target.pattern() instanceof NofM pattern) {
            Tensor groups = scores.view(-1, pattern.group());
            return SmallestScores.ofRows(groups, pattern.group() - pattern.keep())
                .view(weight.sizes());
          }
          return SmallestScores.ofRows(scores, counts(zeros, target));
        });
  }

  /** How many weights of each row go. */
  private static long[] counts(Tensor zeros, PruningTarget target) {
    long rows = zeros.size(0);
    long cols = zeros.size(1);
    if (target.rounding() == Rounding.PUBLISHED) {
      return new long[] {(long) (cols * target.sparsity())};
    }
    long[] sizes = new long[Math.toIntExact(rows)];
    Arrays.fill(sizes, cols);
    long[] there = new long[sizes.length];
    zeros.sum(new long[] {1}).cpu().data_ptr_long().get(there);
    return EvenCounts.of(EvenCounts.total(target.count(rows * cols), there), sizes, there);
  }
}
