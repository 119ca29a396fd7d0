package dev.espalier.bench;

import dev.espalier.kernels.Kernels;
import dev.espalier.reference.EagerReference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The Hessians of a LLaMA-like block for one sequence: seven linears that read four inputs. */
record HessianCase(long hidden, long intermediate, long tokens, ScalarType dtype, double target)
    implements Case<List<Tensor>, List<Tensor>> {
  /** Which input each of q, k, v, o, gate, up and down reads. */
  private static final int[] INPUT_OF_LINEAR = {0, 0, 0, 1, 2, 2, 3};

  @Override
  public Title title() {
    String shape =
        "%d, %d, %d tokens %s".formatted(hidden, intermediate, tokens, Title.name(dtype));
    return new Title("Hessians of a block", shape, target);
  }

  @Override
  public List<Tensor> inputs() {
    List<Tensor> inputs = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      inputs.add(Inputs.activations(tokens, i == 3 ? intermediate : hidden, dtype, 4 + i));
    }
    return inputs;
  }

  @Override
  public Supplier<List<Tensor>> reference(List<Tensor> inputs) {
    List<Tensor> read = IntStream.of(INPUT_OF_LINEAR).mapToObj(inputs::get).toList();
    List<Tensor> hessians = zeros(read);
    return () -> {
      for (int i = 0; i < read.size(); i++) {
        EagerReference.addBatchHessian(read.get(i), hessians.get(i), 0, 1);
      }
      return hessians;
    };
  }

  @Override
  public Supplier<List<Tensor>> ours(List<Tensor> inputs) {
    List<Tensor> hessians = zeros(inputs);
    return () -> {
      for (int i = 0; i < inputs.size(); i++) {
        Kernels.accumulateHessian(inputs.get(i), 2, hessians.get(i));
      }
      return hessians;
    };
  }

  private static List<Tensor> zeros(List<Tensor> inputs) {
    return inputs.stream().map(x -> torch.zeros(x.size(1), x.size(1))).toList();
  }

  @Override
  public Gate check(List<Tensor> inputs, List<Tensor> reference, List<Tensor> ours) {
    double frobenius = 0;
    double diagonal = 0;
    long asymmetric = 0;
    for (int i = 0; i < inputs.size(); i++) {
      try (PointerScope scope = new PointerScope()) {
        Tensor x = inputs.get(i).to(ScalarType.Double);
        Tensor exact = x.t().matmul(x).mul_(new Scalar(2));
        Tensor h = ours.get(i);
        frobenius = Math.max(frobenius, Compare.relativeNorm(h, exact));
        diagonal = Math.max(diagonal, Compare.largestRelative(h.diagonal(), exact.diagonal()));
        asymmetric += Compare.symmetric(h) ? 0 : 1;
      }
    }
    return Gate.all(
        Gate.atMost("Frobenius", frobenius, 2e-5),
        Gate.atMost("diagonal", diagonal, 2e-5),
        Gate.none("asymmetric", asymmetric));
  }

  /** One triangle of each of the four. */
  @Override
  public Work work() {
    return Work.flops(
        (double) tokens * (3.0 * hidden * hidden + (double) intermediate * intermediate));
  }
}
