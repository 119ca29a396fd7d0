package dev.espalier.pruning;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The iterations of ALPS (Meng et al., 2024, algorithm 1): W is the best dense matrix near D, D the
 * sparse one nearest to W + V/ρ, V what has been lost between them so far. The penalty ρ begins low
 * and grows the faster the more of the zeros still change; before it has grown for the first time,
 * zeros that hardly move say that it began too high.
 */
final class AdmmIterations {
  private static final double FIRST_RHO = 0.1;
  private static final double LAST_RHO = 1e6;

  /** Every so many iterations it is seen how many zeros have moved. */
  private static final int LOOK = 3;

  /** After so many iterations few moves are as good as none. */
  private static final int PATIENCE = 30;

  private static final double FEW = 0.0003;

  private final ScaledLinear linear;
  private final Projection projection;
  private final Tensor w;
  private final Tensor d;
  private final Tensor v;
  private Tensor zeros;
  private double rho = FIRST_RHO;
  private boolean grown;

  /** In the caller's scope. */
  AdmmIterations(ScaledLinear linear, Projection projection) {
    this.linear = linear;
    this.projection = projection;
    this.w = torch.empty_like(linear.dense());
    this.d = torch.empty_like(linear.dense());
    this.v = torch.empty_like(linear.dense());
    restart();
    this.zeros = zeros();
  }

  private void restart() {
    d.copy_(linear.dense());
    projection.apply(d);
    v.zero_();
  }

  private Tensor zeros() {
    return d.eq(new Scalar(0.0));
  }

  /**
   * @param iterations at most
   * @return what is left of the last W, [out, in] scaled
   */
  Tensor run(int iterations) {
    for (int done = 1; done <= iterations; done++) {
      step();
      if (done % LOOK == 0 && settled(done)) {
        break;
      }
    }
    projection.apply(w);
    return w;
  }

  private void step() {
    try (PointerScope scope = new PointerScope()) {
      Tensor wanted = linear.goal().sub(v).add_(d, new Scalar(rho));
      torch.matmul_out(w, wanted, linear.hessian().inverse(rho));
      v.add_(w, new Scalar(rho));
      torch.div_out(d, v, new Scalar(rho));
      projection.apply(d);
      v.add_(d, new Scalar(-rho));
    }
  }

  /** Sets ρ by how many zeros have moved since the last look; whether it is enough. */
  private boolean settled(int done) {
    Tensor now = zeros();
    long moved = now.ne(zeros).sum().item_long();
    double share = (double) moved / Math.max(1, now.numel() - now.sum().item_long());
    zeros.close();
    zeros = now;
    if (moved == 0 && grown || done > PATIENCE && share < FEW) {
      return true;
    }
    double factor = share > 0.1 ? 1.3 : share > 0.005 ? 1.2 : grown ? 1.1 : 0.2;
    boolean tooHigh = !grown && factor < 1;
    grown |= factor > 1;
    rho = Math.min(LAST_RHO, rho * factor);
    if (tooHigh && moved > 0) {
      restart();
    }
    return false;
  }
}
