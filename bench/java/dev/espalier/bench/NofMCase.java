package dev.espalier.bench;

import dev.espalier.kernels.Kernels;
import dev.espalier.reference.EagerReference;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Wanda's N:M selection, {@code keep} of every {@code group} kept. */
record NofMCase(int keep, int group, long rows, long cols, ScalarType dtype, double target)
    implements Case<WandaCase.Layer, Tensor> {
  @Override
  public Title title() {
    return new Title("Wanda %d:%d".formatted(keep, group), Title.shape(rows, cols, dtype), target);
  }

  @Override
  public WandaCase.Layer inputs() {
    return WandaCase.Layer.of(rows, cols, dtype);
  }

  @Override
  public Supplier<Tensor> reference(WandaCase.Layer layer) {
    Tensor w = layer.w().clone();
    return () -> {
      EagerReference.pruneNofM(w, layer.norms(), keep, group);
      return w;
    };
  }

  @Override
  public Supplier<Tensor> ours(WandaCase.Layer layer) {
    Tensor w = layer.w().clone();
    return () -> {
      Kernels.pruneNofM(w, layer.norms(), keep, group);
      return w;
    };
  }

  /** Equal up to ties, whose order topk leaves open: each group keeps the same scores. */
  @Override
  public Gate check(WandaCase.Layer layer, Tensor reference, Tensor ours) {
    return Gate.all(
        Gate.none("kept scores differ", differentScores(layer.norms(), reference, ours)),
        Gate.none("kept weights changed", changed(layer.w(), ours)));
  }

  private long differentScores(Tensor norms, Tensor reference, Tensor ours) {
    try (PointerScope scope = new PointerScope()) {
      return Compare.differences(keptScores(norms, reference), keptScores(norms, ours));
    }
  }

  private Tensor keptScores(Tensor norms, Tensor pruned) {
    Tensor scores = EagerReference.score(pruned, norms).reshape(-1, group);
    return torch.sort(scores, -1, true).get0();
  }

  private static long changed(Tensor dense, Tensor pruned) {
    try (PointerScope scope = new PointerScope()) {
      return dense.ne(pruned).logical_and(pruned.ne(new Scalar(0))).sum().item_long();
    }
  }

  @Override
  public Work work() {
    return Work.bytes(2.0 * rows * cols * WandaCase.dtypeBytes(dtype));
  }
}
