package dev.espalier;

import dev.espalier.checkpoint.SafetensorsFile;
import dev.espalier.pruning.LinearError;
import dev.espalier.pruning.PruningMethod;
import dev.espalier.pruning.PruningTarget;
import dev.espalier.statistics.InputStatistics;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A pruning method under observation: counts where its masks differ from the published code's, and
 * how far the scores at these places are from being equal.
 */
final class GoldenMasks implements PruningMethod {
  private final PruningMethod method;
  private final SafetensorsFile masks;
  private final Iterator<String> names;
  private long positions;
  private long flips;
  private double worstFlip;

  /**
   * @param masks packed bits by linear, 1 = pruned
   * @param names the linears in the order in which they will be pruned
   */
  GoldenMasks(PruningMethod method, SafetensorsFile masks, List<String> names) {
    this.method = method;
    this.masks = masks;
    this.names = names.iterator();
  }

  long positions() {
    return positions;
  }

  long flips() {
    return flips;
  }

  double agreement() {
    return 1 - (double) flips / positions;
  }

  /**
   * The largest relative distance between a score that only we pruned and one that only the
   * published code pruned, in the same row: 0 for a tie.
   */
  double worstFlip() {
    return worstFlip;
  }

  @Override
  public LinearError prune(
      Tensor weight, Optional<InputStatistics> statistics, PruningTarget target) {
    try (PointerScope scope = new PointerScope()) {
      Tensor scores = weight.abs();
      if (method.statistics() == InputStatistics.Kind.NORMS) {
        scores = scores.mul(statistics.orElseThrow().norms());
      }
      LinearError error = method.prune(weight, statistics, target);
      Tensor ours = weight.eq(new Scalar(0.0));
      Tensor golden = unpack(masks.tensor(names.next()), weight.size(1));
      positions += weight.numel();
      long differ = ours.ne(golden).sum().item_long();
      flips += differ;
      if (differ > 0) {
        worstFlip = Math.max(worstFlip, distance(scores, ours, golden));
      }
      return error;
    }
  }

  private static double distance(Tensor scores, Tensor ours, Tensor golden) {
    Tensor onlyOurs = scores.masked_select(ours.logical_and(golden.logical_not()));
    Tensor onlyGolden = scores.masked_select(golden.logical_and(ours.logical_not()));
    if (onlyOurs.numel() == 0 || onlyGolden.numel() == 0) {
      return Double.POSITIVE_INFINITY;
    }
    double high = Math.max(onlyOurs.max().item_double(), onlyGolden.max().item_double());
    double low = Math.min(onlyOurs.min().item_double(), onlyGolden.min().item_double());
    return (high - low) / high;
  }

  /** [rows, bytes] u8, little-endian bits, to [rows, cols] booleans. */
  private static Tensor unpack(Tensor packed, long cols) {
    Tensor shifts = torch.arange(new Scalar(8)).to(ScalarType.Byte);
    Tensor bits = packed.unsqueeze(-1).bitwise_right_shift(shifts).bitwise_and(new Scalar(1));
    return bits.flatten(1, 2).narrow(1, 0, cols).to(ScalarType.Bool);
  }

  @Override
  public String name() {
    return method.name();
  }

  @Override
  public InputStatistics.Kind statistics() {
    return method.statistics();
  }

  @Override
  public boolean updatesWeights() {
    return method.updatesWeights();
  }

  @Override
  public String toString() {
    return "%d of %d mask positions differ, scores by up to %.1e"
        .formatted(flips, positions, worstFlip);
  }
}
