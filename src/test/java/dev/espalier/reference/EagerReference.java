package dev.espalier.reference;

import dev.espalier.device.NativeMemory;
import java.util.List;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The published pruning code, operation by operation, on libtorch. It is what our kernels are
 * tested and measured against, so it stays as slow as it is written there. {@code W[mask] = 0} is
 * libtorch's {@code masked_fill_}, which is what PyTorch turns that statement into.
 *
 * <p>Returned tensors follow {@link NativeMemory#compute}; every other temporary is freed.
 */
public final class EagerReference {
  private EagerReference() {}

  /** Wanda, {@code lib/prune.py}, {@code prune_wanda}, unstructured: the positions to prune. */
  public static Tensor wandaMask(Tensor w, Tensor norms, double sparsity) {
    return NativeMemory.compute(
        () -> {
          Tensor metric = score(w, norms);
          Tensor mask = none(metric);
          Tensor order = torch.sort(metric, new BoolOptional(true), -1, false).get1();
          Tensor indices = order.narrow(1, 0, (long) (metric.size(1) * sparsity));
          mask.scatter_(1, indices, new Scalar(1));
          return mask;
        });
  }

  /** Wanda, {@code prune_wanda}, unstructured, with its mask applied to w. */
  public static void pruneWanda(Tensor w, Tensor norms, double sparsity) {
    NativeMemory.run(() -> w.masked_fill_(wandaMask(w, norms, sparsity), new Scalar(0)));
  }

  /**
   * Wanda, {@code prune_wanda} with {@code use_variant}: {@code return_given_alpha} and the
   * bisection around it. A row whose smallest score is already too much makes {@code gather} fail,
   * there as here.
   */
  public static void pruneWandaVariant(Tensor w, Tensor norms, double sparsity) {
    NativeMemory.run(
        () -> w.masked_fill_(EagerVariant.mask(score(w, norms), sparsity), new Scalar(0)));
  }

  /**
   * Wanda, {@code prune_wanda} and {@code prune_magnitude}, N:M.
   *
   * @param norms null for magnitude pruning
   * @param keep weights kept in each group; the published {@code prune_n} counts those removed
   */
  public static void pruneNofM(Tensor w, Tensor norms, int keep, int group) {
    NativeMemory.run(
        () -> {
          Tensor metric = norms == null ? w.abs() : score(w, norms);
          Tensor mask = none(w);
          for (long first = 0; first < metric.size(1); first += group) {
            markSmallestOfGroup(mask, metric, first, keep, group);
          }
          w.masked_fill_(mask, new Scalar(0));
        });
  }

  private static void markSmallestOfGroup(
      Tensor mask, Tensor metric, long first, int keep, int group) {
    NativeMemory.run(
        () -> {
          Tensor tmp = metric.narrow(1, first, group).to(ScalarType.Float);
          Tensor smallest = torch.topk(tmp, group - keep, 1, false, true).get1();
          mask.scatter_(1, smallest.add(new Scalar(first)), new Scalar(1));
        });
  }

  /** Wanda, {@code lib/prune.py}, {@code prune_magnitude}, unstructured. */
  public static void pruneMagnitude(Tensor w, double sparsity) {
    NativeMemory.run(
        () -> {
          Tensor metric = w.abs();
          Tensor sorted = torch.sort(metric.flatten()).get0();
          Tensor threshold = sorted.select(0, (long) (w.numel() * sparsity));
          w.masked_fill_(metric.le(threshold), new Scalar(0));
        });
  }

  /** Wanda's W_metric = |W|·s, in f32 whatever the weight's dtype. */
  public static Tensor score(Tensor w, Tensor norms) {
    return NativeMemory.compute(() -> w.abs().mul(norms.reshape(1, -1)));
  }

  /** DLP and OWL, {@code lib/prune.py}: the scores of a block's linears in one vector. */
  public static Tensor scores(List<Tensor> weights, List<Tensor> norms) {
    return NativeMemory.compute(
        () -> {
          TensorVector flat = new TensorVector();
          for (int i = 0; i < weights.size(); i++) {
            flat.push_back(score(weights.get(i), norms.get(i)).flatten());
          }
          return torch.cat(flat);
        });
  }

  /** DLP's statistic of a block as released: the mean score. */
  public static double meanScore(List<Tensor> weights, List<Tensor> norms) {
    try (Tensor scores = own(weights, norms);
        Tensor mean = scores.mean()) {
      return mean.item_double();
    }
  }

  /** DLP's statistic of a block as in the paper: the lower median. */
  public static double medianScore(List<Tensor> weights, List<Tensor> norms) {
    try (Tensor scores = own(weights, norms);
        Tensor median = torch.median(scores)) {
      return median.item_double();
    }
  }

  /** OWL, {@code check_outlier_mean}: the share of scores above multiple·mean (without its 100). */
  public static double outlierRatio(List<Tensor> weights, List<Tensor> norms, double multiple) {
    try (Tensor ratio =
        NativeMemory.own(
            () -> {
              Tensor scores = scores(weights, norms);
              Tensor threshold = torch.mean(scores).mul(new Scalar(multiple));
              Tensor count = scores.gt(threshold).sum();
              return count.to(ScalarType.Double).div(new Scalar((double) scores.numel()));
            })) {
      return ratio.item_double();
    }
  }

  private static Tensor own(List<Tensor> weights, List<Tensor> norms) {
    return NativeMemory.own(() -> scores(weights, norms));
  }

  /**
   * Wanda, {@code lib/layerwrapper.py}, {@code WrappedGPT.add_batch}: the running mean of squared
   * column norms, whose root is s.
   *
   * @param x [tokens, features], the batch's sequences one after the other
   * @param scalerRow [features] f32, in place
   * @param seen sequences taken along so far
   * @param batch sequences in x
   */
  public static void addBatchNorms(Tensor x, Tensor scalerRow, long seen, long batch) {
    NativeMemory.run(
        () -> {
          double samples = seen + batch;
          scalerRow.mul_(new Scalar(seen / samples));
          Tensor inp = x.t().to(ScalarType.Float);
          Tensor norm = torch.norm(inp, new ScalarOptional(new Scalar(2)), 1);
          scalerRow.add_(norm.pow(new Scalar(2)).div(new Scalar(samples)));
        });
  }

  /**
   * SparseGPT, {@code sparsegpt.py}, {@code SparseGPT.add_batch}: H = (2/n) Σ xᵀx as a running
   * mean.
   *
   * @param h [features, features] f32, in place; the other arguments as in {@link #addBatchNorms}
   */
  public static void addBatchHessian(Tensor x, Tensor h, long seen, long batch) {
    NativeMemory.run(
        () -> {
          double samples = seen + batch;
          h.mul_(new Scalar(seen / samples));
          Tensor inp = x.t().to(ScalarType.Float).mul(new Scalar(Math.sqrt(2 / samples)));
          h.add_(inp.matmul(inp.t()));
        });
  }

  /**
   * SparseGPT, {@code fasterprune}: from the dead columns to Hinv, in the dtype of H.
   *
   * @param h [n, n], overwritten, as there
   * @return the upper Cholesky factor of the damped H's inverse
   */
  public static Tensor inverseFactor(Tensor h, double damping) {
    return NativeMemory.compute(
        () -> {
          Tensor diagonal = h.diagonal();
          Tensor dead = diagonal.eq(new Scalar(0));
          diagonal.masked_fill_(dead, new Scalar(1));
          Tensor damp = torch.mean(torch.diag(h)).mul(new Scalar(damping));
          diagonal.add_(damp);
          Tensor factor = torch.linalg_cholesky(h);
          Tensor inverse = torch.cholesky_inverse(factor);
          return torch.linalg_cholesky(inverse, true);
        });
  }

  /**
   * SparseGPT, {@code fasterprune}, unstructured: everything after Hinv.
   *
   * @param w [rows, columns], pruned in place, in f32 (or f64, as an oracle); dead columns are zero
   * @param u Hinv, in the dtype of w
   * @return [rows], each row's loss
   */
  public static Tensor sparseGptSweep(Tensor w, Tensor u, double sparsity) {
    return EagerSweep.unstructured(w, u, sparsity);
  }

  /** SparseGPT, {@code fasterprune}, N:M: as the above, with {@code keep} weights of a group. */
  public static Tensor sparseGptSweepNofM(Tensor w, Tensor u, int keep, int group) {
    return EagerSweep.nOfM(w, u, keep, group);
  }

  private static Tensor none(Tensor like) {
    return torch.zeros_like(like).eq(new Scalar(1));
  }
}
