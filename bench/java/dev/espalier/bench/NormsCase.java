package dev.espalier.bench;

import dev.espalier.kernels.Kernels;
import dev.espalier.reference.EagerReference;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** One sequence taken along in the squared column norms of an input. */
record NormsCase(long tokens, long features, ScalarType dtype, double target)
    implements Case<Tensor, Tensor> {
  @Override
  public Title title() {
    return new Title("activation norms", Title.shape(tokens, features, dtype), target);
  }

  @Override
  public Tensor inputs() {
    return Inputs.activations(tokens, features, dtype, 3);
  }

  @Override
  public Supplier<Tensor> reference(Tensor x) {
    Tensor row = torch.zeros(features);
    return () -> {
      EagerReference.addBatchNorms(x, row, 0, 1);
      return row;
    };
  }

  @Override
  public Supplier<Tensor> ours(Tensor x) {
    Tensor squares =
        torch.zeros(
            new long[] {features}, x.options().dtype(new ScalarTypeOptional(ScalarType.Double)));
    return () -> {
      Kernels.accumulateSquares(x, squares);
      return squares;
    };
  }

  @Override
  public Gate check(Tensor x, Tensor reference, Tensor ours) {
    try (PointerScope scope = new PointerScope()) {
      Tensor exact = x.to(ScalarType.Double).square().sum(0);
      return Gate.atMost("largest relative error", Compare.largestRelative(ours, exact), 1e-6);
    }
  }

  @Override
  public Work work() {
    return Work.bytes((double) tokens * features * WandaCase.dtypeBytes(dtype));
  }
}
