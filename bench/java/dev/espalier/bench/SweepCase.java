package dev.espalier.bench;

import dev.espalier.kernels.Kernels;
import dev.espalier.kernels.Rounding;
import dev.espalier.reference.EagerReference;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * SparseGPT's column sweep.
 *
 * @param group 0 for 70 % unstructured, else the M of N:M with half of each group kept
 */
record SweepCase(int group, long rows, long cols, double target)
    implements Case<SweepCase.Layer, SweepCase.Swept> {
  private static final double SPARSITY = 0.7;
  private static final int BLOCK = 128;

  record Layer(Tensor w, Tensor u) {}

  record Swept(Tensor w, Tensor losses) {}

  @Override
  public Title title() {
    String pattern = group == 0 ? "70 %" : "%d:%d".formatted(group / 2, group);
    String shape = Title.shape(rows, cols, ScalarType.Float);
    return new Title("SparseGPT sweep " + pattern, shape, target);
  }

  @Override
  public Layer inputs() {
    Tensor w = Inputs.weights(rows, cols, ScalarType.Float, 1);
    Tensor h = Inputs.hessian(cols, 8);
    w.masked_fill_(h.diagonal().eq(new Scalar(0)), new Scalar(0));
    Tensor exact = EagerReference.inverseFactor(h.to(ScalarType.Double), 0.01);
    // libtorch returns the upper factor column by column.
    return new Layer(w, exact.to(ScalarType.Float).contiguous());
  }

  @Override
  public Supplier<Swept> reference(Layer layer) {
    Tensor w = layer.w().clone();
    return () -> sweepEagerly(w, layer.u());
  }

  private Swept sweepEagerly(Tensor w, Tensor u) {
    Tensor losses =
        group == 0
            ? EagerReference.sparseGptSweep(w, u, SPARSITY)
            : EagerReference.sparseGptSweepNofM(w, u, group / 2, group);
    return new Swept(w, losses);
  }

  @Override
  public Supplier<Swept> ours(Layer layer) {
    Tensor w = layer.w().clone();
    Tensor losses =
        torch.zeros(
            new long[] {rows, 1}, w.options().dtype(new ScalarTypeOptional(ScalarType.Double)));
    return () -> {
      if (group == 0) {
        Kernels.sparseGptSweep(w, layer.u(), SPARSITY, Rounding.PUBLISHED, BLOCK, losses);
      } else {
        Kernels.sparseGptSweepNofM(w, layer.u(), group / 2, group, BLOCK, losses);
      }
      return new Swept(w, losses);
    };
  }

  /** Against the published sweep, and against the same in f64. */
  @Override
  public Gate check(Layer layer, Swept reference, Swept ours) {
    try (PointerScope scope = new PointerScope()) {
      Swept exact = sweepEagerly(layer.w().to(ScalarType.Double), layer.u().to(ScalarType.Double));
      double lost = exact.losses().sum().item_double();
      double oursLost = ours.losses().sum().item_double();
      return Gate.all(
          Gate.atMost("mask vs reference", disagreement(reference.w(), ours.w()), 1e-3),
          Gate.atMost("vs f64", disagreement(exact.w(), ours.w()), 1e-4),
          Gate.atMost("loss", Compare.relative(oursLost, lost), 1e-4));
    }
  }

  private double disagreement(Tensor a, Tensor b) {
    return Compare.maskDifferences(a, b) / ((double) rows * cols);
  }

  /** The updates to the right of each column. */
  @Override
  public Work work() {
    return Work.flops((double) rows * cols * cols);
  }
}
