package dev.espalier.bench;

import dev.espalier.kernels.Kernels;
import dev.espalier.kernels.Rounding;
import dev.espalier.reference.EagerReference;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** One magnitude threshold for the matrix at 70 %. */
record MagnitudeCase(long rows, long cols, ScalarType dtype, double target)
    implements Case<Tensor, Tensor> {
  private static final double SPARSITY = 0.7;

  @Override
  public Title title() {
    return new Title("magnitude 70 %", Title.shape(rows, cols, dtype), target);
  }

  @Override
  public Tensor inputs() {
    return Inputs.weights(rows, cols, dtype, 1);
  }

  @Override
  public Supplier<Tensor> reference(Tensor dense) {
    Tensor w = dense.clone();
    return () -> {
      EagerReference.pruneMagnitude(w, SPARSITY);
      return w;
    };
  }

  @Override
  public Supplier<Tensor> ours(Tensor dense) {
    Tensor w = dense.clone();
    return () -> {
      Kernels.pruneMatrixSmallest(w, SPARSITY, Rounding.PUBLISHED);
      return w;
    };
  }

  @Override
  public Gate check(Tensor dense, Tensor reference, Tensor ours) {
    return Gate.none("weights differ", Compare.differences(reference, ours));
  }

  @Override
  public Work work() {
    return Work.bytes(2.0 * rows * cols * WandaCase.dtypeBytes(dtype));
  }
}
