package dev.espalier.bench;

import dev.espalier.kernels.Kernels;
import dev.espalier.kernels.Rounding;
import dev.espalier.reference.EagerReference;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Wanda's selection in each row at 70 %. */
record WandaCase(long rows, long cols, ScalarType dtype, double target)
    implements Case<WandaCase.Layer, Tensor> {
  private static final double SPARSITY = 0.7;

  record Layer(Tensor w, Tensor norms) {
    static Layer of(long rows, long cols, ScalarType dtype) {
      return new Layer(Inputs.weights(rows, cols, dtype, 1), Inputs.norms(cols, 2));
    }
  }

  @Override
  public Title title() {
    return new Title("Wanda rows 70 %", Title.shape(rows, cols, dtype), target);
  }

  @Override
  public Layer inputs() {
    return Layer.of(rows, cols, dtype);
  }

  @Override
  public Supplier<Tensor> reference(Layer layer) {
    Tensor w = layer.w().clone();
    return () -> {
      EagerReference.pruneWanda(w, layer.norms(), SPARSITY);
      return w;
    };
  }

  @Override
  public Supplier<Tensor> ours(Layer layer) {
    Tensor w = layer.w().clone();
    return () -> {
      Kernels.pruneRowsSmallest(w, layer.norms(), SPARSITY, Rounding.PUBLISHED);
      return w;
    };
  }

  @Override
  public Gate check(Layer layer, Tensor reference, Tensor ours) {
    return Gate.none("weights differ", Compare.differences(reference, ours));
  }

  @Override
  public Work work() {
    return Work.bytes(2.0 * rows * cols * dtypeBytes(dtype));
  }

  static long dtypeBytes(ScalarType dtype) {
    return dtype.intern() == ScalarType.Float ? Float.BYTES : Short.BYTES;
  }
}
