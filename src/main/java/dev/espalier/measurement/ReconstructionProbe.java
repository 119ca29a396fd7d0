package dev.espalier.measurement;

import dev.espalier.NumericalException;
import dev.espalier.Setting;
import dev.espalier.device.NativeMemory;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.model.layer.Linear;
import dev.espalier.statistics.BlockStatistics;
import dev.espalier.statistics.InputHessian;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * LSA's least linear reconstruction error: how far ‖WX − ŴX‖² grows when, in every row and every
 * 128 columns from the left, a share of the weights is pruned greedily, each time the one that adds
 * least, and no weight makes up for it.
 */
final class ReconstructionProbe implements BlockProbe {
  private static final long BLOCK = 128;

  private final List<Measurement.ReconstructionError> errors;

  ReconstructionProbe(Set<Measurement> needs) {
    this.errors = BlockProbe.only(Measurement.ReconstructionError.class, needs);
  }

  /** In f32: the weight, the scores, and what changes of them. */
  @Override
  public long bytes(LinearDescription linear) {
    return errors.isEmpty() ? 0 : 6 * Float.BYTES * linear.parameters();
  }

  @Override
  public Map<Measurement, double[]> measure(DecoderBlock block, BlockStatistics hessians) {
    Map<Measurement, double[]> measured = new HashMap<>();
    for (Measurement.ReconstructionError error : errors) {
      measured.put(
          error,
          block.linears().stream()
              .mapToDouble(linear -> error(linear, hessian(linear, hessians), error.share()))
              .toArray());
    }
    return measured;
  }

  private static InputHessian hessian(Linear linear, BlockStatistics hessians) {
    return (InputHessian) hessians.of(linear).orElseThrow();
  }

  private static double error(Linear linear, InputHessian hessian, double share) {
    try (PointerScope scope = new PointerScope()) {
      double error = error(linear.weight().to(ScalarType.Float), hessian.matrix(), share);
      if (!Double.isFinite(error)) {
        throw fault(linear, hessian);
      }
      return error;
    }
  }

  /** The sentence that names a weight or the activations is the better one. */
  private static NumericalException fault(Linear linear, InputHessian hessian) {
    linear.requireFinite();
    try {
      hessian.requireFinite();
    } catch (NumericalException e) {
      return e.of(linear.name());
    }
    return new NumericalException(
        linear.name()
            + ": its reconstruction error is beyond float32, though its Hessian is finite; choose"
            + " another allocation than LSA",
        Setting.ALLOCATION);
  }

  /**
   * @param w [out, in] f32
   * @param h [in, in] f32, the layer Hessian
   */
  static double error(Tensor w, Tensor h, double share) {
    long columns = w.size(1);
    Tensor diagonal = h.diagonal();
    double[] total = {0};
    try (Tensor score = NativeMemory.own(() -> w.square().mul(diagonal))) {
      for (long begin = 0; begin < columns; begin += BLOCK) {
        long first = begin;
        long count = Math.min(BLOCK, columns - first);
        NativeMemory.run(() -> total[0] += pruneBlock(w, h, score, first, count, share));
      }
    }
    return total[0];
  }

  /** Prunes on trial in the columns [first, first + count) and returns what that adds. */
  private static double pruneBlock(
      Tensor w, Tensor h, Tensor score, long first, long count, double share) {
    Tensor weights = w.narrow(1, first, count);
    Tensor inside = h.narrow(0, first, count).narrow(1, first, count);
    Tensor current = score.narrow(1, first, count);
    Tensor pruned = torch.zeros_like(weights);
    Tensor added =
        torch.zeros(new long[] {1}, w.options().dtype(new ScalarTypeOptional(ScalarType.Double)));
    for (long step = 0; step < (long) (count * share); step++) {
      NativeMemory.run(
          () -> {
            Tensor least = current.argmin(new LongOptional(1), true);
            added.add_(current.gather(1, least).sum(new ScalarTypeOptional(ScalarType.Double)));
            Tensor value = weights.gather(1, least);
            pruned.scatter_(1, least, value);
            Tensor pairs = inside.index_select(0, least.flatten());
            current.add_(weights.mul(value).mul(pairs), new Scalar(2.0));
            current.scatter_(1, least, new Scalar(Double.POSITIVE_INFINITY));
          });
    }
    long rest = w.size(1) - first - count;
    if (rest > 0) {
      Tensor later = h.narrow(0, first, count).narrow(1, first + count, rest);
      score
          .narrow(1, first + count, rest)
          .add_(w.narrow(1, first + count, rest).mul(pruned.matmul(later)), new Scalar(2.0));
    }
    return added.item_double();
  }
}
