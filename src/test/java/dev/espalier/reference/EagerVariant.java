package dev.espalier.reference;

import dev.espalier.device.NativeMemory;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The variant of {@code prune_wanda}: a share alpha of each row's score goes. */
final class EagerVariant {
  private final Tensor metric;
  private final Tensor sorted;
  private final Tensor cumulative;
  private final Tensor sumBefore;

  private EagerVariant(Tensor metric) {
    this.metric = metric;
    this.sorted = torch.sort(metric, new BoolOptional(true), -1, false).get0();
    this.cumulative = torch.cumsum(sorted, 1);
    this.sumBefore = metric.sum(1);
  }

  static Tensor mask(Tensor metric, double sparsity) {
    return NativeMemory.compute(() -> new EagerVariant(metric).search(sparsity));
  }

  private Tensor search(double sparsity) {
    double alpha = 0.4;
    double low = 0;
    double high = 0.8;
    Tensor mask = givenAlpha(alpha);
    while (misses(mask, sparsity) && high - low >= 0.001) {
      double next;
      if (share(mask).gt(new Scalar(sparsity)).item_bool()) {
        next = (alpha + low) / 2.0;
        high = alpha;
      } else {
        next = (alpha + high) / 2.0;
        low = alpha;
      }
      alpha = next;
      mask = givenAlpha(alpha);
    }
    return mask;
  }

  /** {@code return_given_alpha}. */
  private Tensor givenAlpha(double alpha) {
    Tensor threshold = sumBefore.mul(new Scalar(alpha)).reshape(-1, 1);
    Tensor fits = cumulative.le(threshold);
    Tensor last = fits.sum(new long[] {1}, true, null).sub(new Scalar(1));
    return metric.le(torch.gather(sorted, 1, last));
  }

  private static boolean misses(Tensor mask, double sparsity) {
    return share(mask).sub(new Scalar(sparsity)).abs().gt(new Scalar(0.001)).item_bool();
  }

  private static Tensor share(Tensor mask) {
    return mask.sum().div(new Scalar(mask.numel()));
  }
}
