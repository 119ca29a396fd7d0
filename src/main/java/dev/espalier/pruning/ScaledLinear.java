package dev.espalier.pruning;

import dev.espalier.model.description.LinearDescription;
import dev.espalier.statistics.ScaledHessian;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A linear in the coordinates in which ADMM works: Ŵ = WE, and the goal ŴĤ. */
final class ScaledLinear {
  private final Tensor weight;
  private final ScaledHessian hessian;
  private final Tensor dense;
  private final Tensor goal;

  /**
   * In the caller's scope.
   *
   * @param weight W [out, in] in the compute dtype; {@link #put} replaces it
   */
  ScaledLinear(Tensor weight, ScaledHessian hessian) {
    this.weight = weight;
    this.hessian = hessian;
    this.dense = weight.to(ScalarType.Float).mul(hessian.scale());
    this.goal = dense.matmul(hessian.matrix());
  }

  /**
   * Dense, goal, three iterates, what they are made of and the choice; the inverse and its making.
   */
  static long bytes(LinearDescription linear) {
    long square = (long) linear.inFeatures() * linear.inFeatures();
    return 9 * Float.BYTES * linear.parameters() + (2 * Float.BYTES + 2 * Double.BYTES) * square;
  }

  /** Ŵ [out, in] f32. */
  Tensor dense() {
    return dense;
  }

  /** ŴĤ [out, in] f32. */
  Tensor goal() {
    return goal;
  }

  /**
   * Refits the weights of a scaled linear that are not zero, in place.
   *
   * @param added λ of {@link Refit} beside the damping that Ĥ has, which less than 0 takes away
   * @param tolerance of {@link Refit#improve}
   */
  void refit(Tensor found, double added, double tolerance) {
    try (PointerScope scope = new PointerScope()) {
      Refit refit = new Refit(hessian.matrix(), added);
      refit.improve(found, dense, added == 0 ? goal : refit.times(dense), tolerance);
    }
  }

  /**
   * Replaces the weight by a sparse one.
   *
   * @param found [out, in] f32, scaled; overwritten
   * @param damping for the report
   */
  LinearError put(Tensor found, double damping) {
    try (PointerScope scope = new PointerScope()) {
      double output = product(dense, goal) - hessian.added(dense);
      Tensor lost = dense.sub(found);
      double loss = product(lost, lost.matmul(hessian.matrix())) - hessian.added(lost);
      weight.copy_(found.div_(hessian.scale()));
      double error = output > 0 ? Math.sqrt(Math.max(0, loss) / output) : 0;
      return new LinearError(LinearError.Measure.OUTPUT, error, damping);
    }
  }

  private static double product(Tensor a, Tensor b) {
    return torch.linalg_vecdot(a, b).to(ScalarType.Double).sum().item_double();
  }
}
