package dev.espalier.pruning;

import dev.espalier.kernels.Kernels;
import dev.espalier.pruning.SparsityPattern.NofM;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The nearest matrix that has the zeros a target asks for: without a pattern the smallest of the
 * whole matrix go, of an N:M pattern the smallest of each group.
 */
final class Projection {
  private final PruningTarget target;
  private final Tensor zeros;

  /**
   * @param dense [out, in], whose zeros stay where the target says so; in the caller's scope
   */
  Projection(PruningTarget target, Tensor dense) {
    this.target = target;
    this.zeros = target.keepZeros() ? dense.eq(new Scalar(0.0)) : null;
  }

  /**
   * @param w [out, in] f32, in place
   */
  void apply(Tensor w) {
    apply(w, 1);
  }

  /**
   * Goes a part of the way.
   *
   * @param share of the zeros, greater than 0, up to 1 for all of them
   */
  void apply(Tensor w, double share) {
    if (zeros != null) {
      w.masked_fill_(zeros, new Scalar(0.0));
    }
    if (target.pattern() instanceof NofM pattern) {
      int group = pattern.group();
      int keep = (int) Math.ceil(group - share * (group - pattern.keep()));
      if (keep < group) {
        Kernels.pruneNofM(w, keep, group);
      }
    } else {
      Kernels.pruneMatrixSmallest(w, share * target.sparsity(), target.rounding());
    }
  }
}
