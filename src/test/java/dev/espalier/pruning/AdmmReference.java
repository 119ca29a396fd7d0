package dev.espalier.pruning;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The two ADMM methods as their papers write them, in f64, with explicit inverses and sorted
 * choices.
 */
final class AdmmReference {
  private final Tensor w;
  private final Tensor h;
  private final double sparsity;
  private final int group;

  /**
   * @param w [out, in] f64
   * @param h [in, in] f64
   * @param sparsity the share of weights that goes, of each group where there are groups
   * @param group of so many consecutive weights; 0 for none
   */
  AdmmReference(Tensor w, Tensor h, double sparsity, int group) {
    this.w = w;
    this.h = h;
    this.sparsity = sparsity;
    this.group = group;
  }

  /** ALPS: ρ from 0.1 as the support settles, then ten steps of conjugate gradients. */
  Tensor alps(int iterations) {
    double lambda = 0.01 * h.diagonal().mean().item_double();
    Tensor damped = h.add(identity(), new Scalar(lambda));
    Tensor e = damped.diagonal().sqrt();
    Tensor scaled = damped.div(e).div(e.unsqueeze(1));
    Tensor dense = w.mul(e);
    Tensor goal = dense.matmul(scaled);
    double rho = 0.1;
    Tensor d = keepLargest(dense, 1);
    Tensor v = torch.zeros_like(dense);
    Tensor b = dense;
    Tensor support = d.ne(new Scalar(0));
    boolean grown = false;
    Tensor inverse = torch.linalg_inv(scaled.add(identity(), new Scalar(rho)));
    for (int i = 1; i <= iterations; i++) {
      b = goal.sub(v).add(d.mul(new Scalar(rho))).matmul(inverse);
      d = keepLargest(b.add(v.div(new Scalar(rho))), 1);
      v = v.add(b.sub(d).mul(new Scalar(rho)));
      if (i % 3 != 0) {
        continue;
      }
      Tensor now = d.ne(new Scalar(0));
      double moved = now.ne(support).sum().item_double();
      double share = moved / now.sum().item_double();
      support = now;
      if (moved == 0 && grown || i > 30 && share < 0.0003) {
        break;
      }
      if (share > 0.1) {
        rho *= 1.3;
        grown = true;
      } else if (share > 0.005) {
        rho *= 1.2;
        grown = true;
      } else if (grown) {
        rho *= 1.1;
      } else {
        rho /= 5;
        if (moved > 0) {
          d = keepLargest(dense, 1);
          v = torch.zeros_like(dense);
        }
      }
      inverse = torch.linalg_inv(scaled.add(identity(), new Scalar(rho)));
    }
    return conjugateGradients(keepLargest(b, 1), goal, scaled).div(e);
  }

  /** L-ADMM: 20 iterations at ρ = 1, of which the first 15 let the mask grow. */
  Tensor fast() {
    Tensor e = h.diagonal().sqrt();
    Tensor scaled = h.div(e).div(e.unsqueeze(1)).add(identity(), new Scalar(0.1));
    Tensor dense = w.mul(e);
    Tensor goal = dense.matmul(scaled);
    Tensor inverse = torch.linalg_inv(scaled.add(identity()));
    Tensor x = dense;
    Tensor u = torch.zeros_like(dense);
    Tensor mask = torch.ones_like(dense);
    for (int t = 1; t <= 20; t++) {
      Tensor sum = x.add(u);
      if (t <= 15) {
        double share = 1 - Math.pow(1 - t / 15.0, 3);
        mask = keepLargest(sum, share).ne(new Scalar(0)).to(ScalarType.Double);
      }
      Tensor z = sum.mul(mask);
      u = sum.sub(z);
      x = goal.add(z.sub(u)).matmul(inverse);
    }
    return x.add(u).mul(mask).div(e);
  }

  private Tensor identity() {
    return torch.eye(h.size(0), h.options());
  }

  private Tensor keepLargest(Tensor x, double share) {
    long pruned =
        group == 0
            ? Math.round(x.numel() * (share * sparsity))
            : (long) Math.floor(group * (share * sparsity));
    Tensor rows = group == 0 ? x.reshape(1, -1) : x.reshape(-1, group);
    Tensor order = rows.abs().argsort(1, false);
    return rows.scatter(1, order.narrow(1, 0, pruned), new Scalar(0)).reshape(x.sizes());
  }

  /** Ten steps towards the least squares on the support of {@code x}. */
  private static Tensor conjugateGradients(Tensor x, Tensor goal, Tensor h) {
    Tensor mask = x.ne(new Scalar(0)).to(ScalarType.Double);
    Tensor r = goal.sub(x.matmul(h)).mul(mask);
    Tensor p = r;
    for (int step = 0; step < 10; step++) {
      Tensor curved = p.matmul(h).mul(mask);
      Tensor squares = r.square().sum(new long[] {1}, true, new ScalarTypeOptional());
      Tensor alpha = squares.div(p.mul(curved).sum(new long[] {1}, true, new ScalarTypeOptional()));
      x = x.add(p.mul(alpha));
      r = r.sub(curved.mul(alpha));
      p = r.add(p.mul(r.square().sum(new long[] {1}, true, new ScalarTypeOptional()).div(squares)));
    }
    return x;
  }

  /** The best weights on the support of {@code x}, row by row. */
  static Tensor leastSquares(Tensor x, Tensor dense, Tensor h) {
    Tensor best = torch.zeros_like(x);
    for (long row = 0; row < x.size(0); row++) {
      Tensor kept = x.select(0, row).nonzero().flatten();
      if (kept.numel() > 0) {
        Tensor system = h.index_select(0, kept).index_select(1, kept);
        Tensor side = h.index_select(0, kept).matmul(dense.select(0, row)).unsqueeze(1);
        best.select(0, row).index_copy_(0, kept, torch.linalg_solve(system, side).flatten());
      }
    }
    return best;
  }

  /** tr((W−Ŵ)H(W−Ŵ)ᵀ). */
  static double loss(Tensor w, Tensor dense, Tensor h) {
    Tensor lost = dense.sub(w);
    return lost.matmul(h).mul(lost).sum().item_double();
  }
}
