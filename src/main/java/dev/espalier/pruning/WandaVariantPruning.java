package dev.espalier.pruning;

import dev.espalier.device.NativeMemory;
import dev.espalier.kernels.Rounding;
import dev.espalier.model.description.LinearDescription;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Wanda's variant: each row loses the smallest scores that together make up the share α of the
 * row's total, so rows differ. α is the one at which the linear loses as many weights as its target
 * says; with published rounding it is found by bisection until the matrix is within 0.001 of the
 * target, or the bracket is. The target is the block's own, not the model's.
 */
public record WandaVariantPruning() implements ScorePruning {
  /** As the catalogue has it. */
  public static final MethodKind KIND =
      new MethodKind(
          "wanda-variant",
          "per row, the smallest scores that make up one share of the row's total",
          "Sun et al., 2023, appendix",
          WandaVariantPruning::new);

  private static final float TOLERANCE = 0.001f;
  private static final double MIN_BRACKET = 0.001;
  private static final double FIRST_ALPHA = 0.4;
  private static final double MAX_ALPHA = 0.8;

  @Override
  public String name() {
    return KIND.name();
  }

  @Override
  public boolean supportsNofM() {
    return false;
  }

  /** Scores, sorted with their indices, and their shares in f64, of which the largest is sought. */
  @Override
  public long bytes(LinearDescription linear) {
    return 64 * linear.parameters();
  }

  @Override
  public void remove(Tensor weight, Tensor norms, PruningTarget target) {
    Tensor mask =
        target.rounding() == Rounding.PUBLISHED
            ? bisect(RowShares.of(weight, norms), (float) target.sparsity())
            : smallestShares(weight, norms, target);
    weight.masked_fill_(mask, new Scalar(0.0));
  }

  /**
   * As many weights as the target has, those first that make up the smallest share of their row's
   * total together with all that are smaller; in the caller's scope. That is the published choice
   * for the one α that meets the target.
   */
  private static Tensor smallestShares(Tensor weight, Tensor norms, PruningTarget target) {
    return NativeMemory.compute(
        () -> {
          Tensor scores = weight.to(ScalarType.Float).abs().mul(norms);
          if (target.keepZeros()) {
            scores = SmallestScores.zerosFirst(scores, weight.eq(new Scalar(0.0)));
          }
          T_TensorTensor_T sorted = SmallestScores.ascending(scores);
          Tensor values = sorted.get0();
          Tensor running = values.clamp_min(new Scalar(0.0)).to(ScalarType.Double).cumsum(1);
          Tensor totals = running.narrow(1, running.size(1) - 1, 1);
          Tensor shares =
              running
                  .div(totals.masked_fill(totals.eq(new Scalar(0.0)), new Scalar(1.0)))
                  .masked_fill(values.lt(new Scalar(0.0)), new Scalar(-1.0));
          Tensor mask = SmallestScores.ofAll(shares, target.count(weight.numel()));
          return SmallestScores.scattered(mask, sorted.get1());
        });
  }

  /** The mask, in the caller's scope. Numbers are compared in f32, as in the published loop. */
  private static Tensor bisect(RowShares shares, float sparsity) {
    double low = 0;
    double high = MAX_ALPHA;
    double alpha = FIRST_ALPHA;
    while (true) {
      Tensor mask = shares.mask(alpha);
      float achieved = share(mask);
      if (Math.abs(achieved - sparsity) <= TOLERANCE || high - low < MIN_BRACKET) {
        return mask;
      }
      mask.close();
      if (achieved > sparsity) {
        high = alpha;
        alpha = (alpha + low) / 2;
      } else {
        low = alpha;
        alpha = (alpha + high) / 2;
      }
    }
  }

  private static float share(Tensor mask) {
    try (PointerScope scope = new PointerScope()) {
      return (float) mask.sum().item_long() / mask.numel();
    }
  }

  /**
   * A matrix of scores, each row also in ascending order with its running sums.
   *
   * @param scores [out, in] f32
   * @param sorted [out, in] f32, ascending rows
   * @param running [out, in] f32, prefix sums of {@code sorted}
   * @param totals [out, 1] f32
   */
  private record RowShares(Tensor scores, Tensor sorted, Tensor running, Tensor totals) {
    static RowShares of(Tensor weight, Tensor norms) {
      Tensor scores = weight.to(ScalarType.Float).abs().mul(norms);
      Tensor sorted = torch.sort(scores, -1, false).get0();
      return new RowShares(
          scores, sorted, sorted.cumsum(1), scores.sum(new long[] {1}).unsqueeze(1));
    }

    /** The scores not above the largest one whose running sum is within α of its row's total. */
    Tensor mask(double alpha) {
      return NativeMemory.compute(
          () -> {
            Tensor fits = running.le(totals.mul(new Scalar(alpha)));
            Tensor count = fits.sum(new long[] {1}).unsqueeze(1);
            Tensor last = count.sub(new Scalar(1L)).clamp_min(new Scalar(0L));
            // A row whose smallest score is already too much loses nothing.
            Tensor threshold =
                sorted.gather(1, last).masked_fill(count.eq(new Scalar(0L)), new Scalar(-1.0));
            return scores.le(threshold);
          });
    }
  }
}
