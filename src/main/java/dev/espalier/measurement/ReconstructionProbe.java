package dev.espalier.measurement;

import dev.espalier.NumericalException;
import dev.espalier.Setting;
import dev.espalier.device.NativeMemory;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.description.BlockDescription;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.model.layer.Linear;
import dev.espalier.statistics.BlockStatistics;
import dev.espalier.statistics.InputHessian;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
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

  /** In f32: the weights, the scores, and what changes of them; on a GPU of a whole group. */
  @Override
  public long bytes(BlockDescription block) {
    Map<String, Long> groups =
        block.linears().stream()
            .collect(
                Collectors.groupingBy(
                    LinearDescription::input,
                    Collectors.summingLong(LinearDescription::parameters)));
    long largest = groups.values().stream().mapToLong(Long::longValue).max().orElse(0);
    return errors.isEmpty() ? 0 : 6 * Float.BYTES * largest;
  }

  @Override
  public Map<Measurement, double[]> measure(DecoderBlock block, BlockStatistics hessians) {
    Map<Measurement, double[]> measured = new HashMap<>();
    for (Measurement.ReconstructionError error : errors) {
      Map<Linear, Double> known = new HashMap<>();
      for (List<Linear> group : groups(block, hessians)) {
        double[] told = errors(group, hessian(group.get(0), hessians), error.share());
        IntStream.range(0, told.length).forEach(i -> known.put(group.get(i), told[i]));
      }
      measured.put(error, block.linears().stream().mapToDouble(known::get).toArray());
    }
    return measured;
  }

  /**
   * Linears to be measured together, row below row. Their steps are many and short: on a GPU those
   * that share an input take theirs in common. On the CPU, which would only need more memory, each
   * goes by itself.
   */
  private static Collection<List<Linear>> groups(DecoderBlock block, BlockStatistics hessians) {
    return block.linears().stream()
        .collect(
            Collectors.groupingBy(
                linear -> linear.weight().is_cuda() ? hessian(linear, hessians) : linear,
                LinkedHashMap::new,
                Collectors.toList()))
        .values();
  }

  private static InputHessian hessian(Linear linear, BlockStatistics hessians) {
    return (InputHessian) hessians.of(linear).orElseThrow();
  }

  private static double[] errors(List<Linear> group, InputHessian hessian, double share) {
    try (PointerScope scope = new PointerScope()) {
      TensorVector weights = new TensorVector();
      group.forEach(linear -> weights.push_back(linear.weight().to(ScalarType.Float)));
      Tensor w = group.size() == 1 ? weights.get(0) : torch.cat(weights);
      long[] rows = group.stream().mapToLong(linear -> linear.weight().size(0)).toArray();
      double[] errors =
          w.is_cuda()
              ? errors(w, hessian.matrix(), share, rows)
              : new double[] {error(w, hessian.matrix(), share)};
      for (int i = 0; i < errors.length; i++) {
        if (!Double.isFinite(errors[i])) {
          throw fault(group.get(i), hessian);
        }
      }
      return errors;
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
    double[] total = {0};
    forEachBlock(
        w,
        h,
        (score, first, count) -> {
          Tensor added = zeros(w, 1);
          pruneBlock(
              w,
              h,
              score,
              first,
              count,
              share,
              least -> added.add_(least.sum(new ScalarTypeOptional(ScalarType.Double))));
          total[0] += added.item_double();
        });
    return total[0];
  }

  /**
   * As above, of several linears at once, summed in another order: by rows, and not read before the
   * end.
   *
   * @param w their weights, row below row
   * @param rows of each
   */
  static double[] errors(Tensor w, Tensor h, double share, long... rows) {
    double[] totals = new double[rows.length];
    Tensor added = zeros(w, w.size(0));
    forEachBlock(
        w,
        h,
        (score, first, count) ->
            pruneBlock(w, h, score, first, count, share, least -> added.add_(least.squeeze(1))));
    TensorVector sums = new TensorVector();
    long first = 0;
    for (long count : rows) {
      sums.push_back(added.narrow(0, first, count).sum());
      first += count;
    }
    torch.stack(sums).cpu().data_ptr_double().get(totals);
    return totals;
  }

  private static Tensor zeros(Tensor like, long size) {
    return torch.zeros(
        new long[] {size}, like.options().dtype(new ScalarTypeOptional(ScalarType.Double)));
  }

  /** Does something to the scores in the columns [first, first + count). */
  private interface Step {
    void at(Tensor score, long first, long count);
  }

  private static void forEachBlock(Tensor w, Tensor h, Step step) {
    long columns = w.size(1);
    Tensor diagonal = h.diagonal();
    try (Tensor score = NativeMemory.own(() -> w.square().mul(diagonal))) {
      for (long begin = 0; begin < columns; begin += BLOCK) {
        long first = begin;
        long count = Math.min(BLOCK, columns - first);
        NativeMemory.run(() -> step.at(score, first, count));
      }
    }
  }

  /** Prunes on trial in the columns [first, first + count) and tells what each weight adds. */
  private static void pruneBlock(
      Tensor w,
      Tensor h,
      Tensor score,
      long first,
      long count,
      double share,
      Consumer<Tensor> adds) {
    Tensor weights = w.narrow(1, first, count);
    Tensor inside = h.narrow(0, first, count).narrow(1, first, count);
    Tensor current = score.narrow(1, first, count);
    Tensor pruned = torch.zeros_like(weights);
    for (long step = 0; step < (long) (count * share); step++) {
      NativeMemory.run(
          () -> {
            T_TensorTensor_T smallest = torch.min(current, 1, true);
            Tensor least = smallest.get1();
            adds.accept(smallest.get0());
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
  }
}
