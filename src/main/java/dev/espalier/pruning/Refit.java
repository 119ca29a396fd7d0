package dev.espalier.pruning;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Least squares of the weights that are left: finds Ŵ with the given zeros that makes
 * tr((W−Ŵ)(H+λI)(W−Ŵ)ᵀ) small, by conjugate gradients with the diagonal for preconditioner, all
 * rows at once, one product with H a step (ALPS, Meng et al., 2024, section 3.3). No step makes it
 * larger.
 */
final class Refit {
  private static final int STEPS = 10;

  /** A share of the loss so small is not worth another step. */
  static final double TOLERANCE = 1e-4;

  private final Tensor hessian;
  private final double added;
  private final Tensor diagonal;

  /**
   * @param hessian H [in, in] f32
   * @param added λ, such that H+λI is positive definite
   */
  Refit(Tensor hessian, double added) {
    this.hessian = hessian;
    this.added = added;
    this.diagonal =
        hessian.diagonal().add(new Scalar(added)).clamp_min(new Scalar(Float.MIN_NORMAL));
  }

  /** X(H+λI), in the caller's scope. */
  Tensor times(Tensor x) {
    return x.matmul(hessian).add_(x, new Scalar(added));
  }

  /**
   * Moves the weights that are not zero.
   *
   * @param w Ŵ [out, in] f32, in place; its zeros stay
   * @param dense W [out, in] f32
   * @param goal W(H+λI), see {@link #times}
   * @param tolerance the least share of the loss that a step must gain for another to follow
   * @return tr((W−Ŵ)(H+λI)(W−Ŵ)ᵀ) as it is then
   */
  double improve(Tensor w, Tensor dense, Tensor goal, double tolerance) {
    try (PointerScope scope = new PointerScope()) {
      Tensor zeros = w.eq(new Scalar(0.0));
      Tensor residual = times(w).neg_().add_(goal);
      double loss = total(product(dense.sub(w), residual));
      residual.masked_fill_(zeros, new Scalar(0.0));
      Tensor direction = residual.div(diagonal);
      Tensor descent = product(residual, direction);
      for (int step = 0; step < STEPS; step++) {
        try (PointerScope inner = new PointerScope()) {
          Tensor curved = times(direction);
          Tensor length = ratio(descent, product(direction, curved));
          w.addcmul_(length, direction, new Scalar(1.0));
          residual.addcmul_(length, curved, new Scalar(-1.0)).masked_fill_(zeros, new Scalar(0.0));
          double gained = total(length.mul(descent));
          loss -= gained;
          if (gained <= tolerance * loss) {
            break;
          }
          Tensor preconditioned = residual.div(diagonal);
          Tensor next = product(residual, preconditioned);
          direction.mul_(ratio(next, descent)).add_(preconditioned);
          descent.copy_(next);
        }
      }
      return Math.max(0, loss);
    }
  }

  /** Row by row: [out, 1]. */
  private static Tensor product(Tensor a, Tensor b) {
    return torch.linalg_vecdot(a, b).unsqueeze(1);
  }

  private static double total(Tensor rows) {
    return rows.to(ScalarType.Double).sum().item_double();
  }

  /** 0 where the row has arrived. */
  private static Tensor ratio(Tensor above, Tensor below) {
    return above.div(below).masked_fill_(below.le(new Scalar(0.0)), new Scalar(0.0));
  }
}
