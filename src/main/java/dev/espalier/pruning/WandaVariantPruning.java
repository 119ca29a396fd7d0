package dev.espalier.pruning;

import dev.espalier.calibration.InputStatistics;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Wanda's variant: each row loses the smallest scores that together make up the share α of the
 * row's total, so rows differ; α is found by bisection until the matrix is within 0.001 of the
 * target. Unlike the released code of DLP's rivals, the target is the block's own.
 */
public record WandaVariantPruning() implements PruningMethod {
  private static final double TOLERANCE = 0.001;
  private static final double FIRST_ALPHA = 0.4;
  private static final double MAX_ALPHA = 0.8;

  @Override
  public String name() {
    return "wanda-variant";
  }

  @Override
  public InputStatistics.Kind statistics() {
    return InputStatistics.Kind.NORMS;
  }

  @Override
  public boolean updatesWeights() {
    return false;
  }

  @Override
  public boolean supportsNofM() {
    return false;
  }

  @Override
  public LayerError prune(
      Tensor weight, Optional<InputStatistics> statistics, PruningTarget target) {
    try (PointerScope scope = new PointerScope()) {
      Tensor norms = statistics.orElseThrow().norms();
      double before = Norms.squared(weight, norms);
      RowShares shares = RowShares.of(weight, norms);
      weight.masked_fill_(bisect(shares, target.sparsity()), new Scalar(0.0));
      return Norms.removalError(LayerError.Measure.SCORES, before, Norms.squared(weight, norms));
    }
  }

  private static Tensor bisect(RowShares shares, double sparsity) {
    double low = 0;
    double high = MAX_ALPHA;
    double alpha = FIRST_ALPHA;
    while (true) {
      Tensor mask = shares.mask(alpha);
      // In f32, as the published loop compares it.
      float achieved = mask.to(ScalarType.Float).mean().item_float();
      if (Math.abs(achieved - sparsity) <= TOLERANCE || high - low < TOLERANCE) {
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
      try (PointerScope scope = new PointerScope()) {
        Tensor count = running.le(totals.mul(new Scalar(alpha))).sum(new long[] {1}).unsqueeze(1);
        Tensor last = count.sub(new Scalar(1L)).clamp_min(new Scalar(0L));
        // A row whose smallest score is already too much loses nothing.
        Tensor threshold =
            sorted.gather(1, last).masked_fill(count.eq(new Scalar(0L)), new Scalar(-1.0));
        Tensor mask = scores.le(threshold);
        mask.retainReference();
        return mask;
      }
    }
  }
}
