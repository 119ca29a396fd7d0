package dev.espalier.pruning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.device.Placement;
import dev.espalier.kernels.Kernels;
import dev.espalier.kernels.Rounding;
import dev.espalier.model.layer.Linear;
import dev.espalier.statistics.InputHessian;
import dev.espalier.statistics.InputStatistics.Kind;
import dev.espalier.testing.Scoped;
import dev.espalier.testing.Slow;
import dev.espalier.testing.TinyModel;
import java.util.function.Function;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** ADMM against the papers' iterations in f64, on the linears of a calibrated block. */
@ExtendWith(Scoped.class)
class AdmmPruningTest {
  private static final PruningTarget HALF = unstructured(0.5);

  private static PruningTarget unstructured(double sparsity) {
    return new PruningTarget(SparsityPattern.UNSTRUCTURED, sparsity, Rounding.EXACT);
  }

  private static PruningTarget twoOfFour() {
    return new PruningTarget(new SparsityPattern.NofM(2, 4), 0.5, Rounding.EXACT);
  }

  @Slow
  @Test
  void admmIsThePaper() {
    assertAgrees(new AdmmPruning(), unstructured(0.7), r -> r.alps(300));
    assertAgrees(new AdmmPruning(), twoOfFour(), r -> r.alps(300));
  }

  @Slow
  @Test
  void fastAdmmIsThePaper() {
    assertAgrees(new FastAdmmPruning(), unstructured(0.5), AdmmReference::fast);
    assertAgrees(new FastAdmmPruning(), unstructured(0.8), AdmmReference::fast);
    assertAgrees(new FastAdmmPruning(), twoOfFour(), AdmmReference::fast);
  }

  private static void assertAgrees(
      PruningMethod method, PruningTarget target, Function<AdmmReference, Tensor> paper) {
    int group = target.pattern().group() == 1 ? 0 : target.pattern().group();
    long same = 0;
    long all = 0;
    TinyModel model = TinyModel.of(2, 96, 120, ScalarType.Float);
    try (MethodInput input = new MethodInput(model, method.statistics(), Placement.cpu())) {
      for (Linear linear : input.block.linears()) {
        Tensor dense = linear.weight().to(ScalarType.Double);
        Tensor x = input.inputs(linear);
        Tensor h = x.t().matmul(x).mul(new Scalar(2.0 / MethodInput.SEQUENCES));
        Tensor expected = paper.apply(new AdmmReference(dense, h, target.sparsity(), group));
        double error = method.prune(linear.weight(), input.of(linear), target).value();
        Tensor ours = linear.weight().to(ScalarType.Double);
        same += ours.eq(new Scalar(0)).eq(expected.eq(new Scalar(0))).sum().item_long();
        all += ours.numel();
        double output = AdmmReference.loss(torch.zeros_like(dense), dense, h);
        double theirs = Math.sqrt(AdmmReference.loss(expected, dense, h) / output);
        assertEquals(theirs, error, 1e-3 * theirs, method + " " + linear);
      }
    }
    assertTrue(same >= 0.999 * all, same + " of " + all);
  }

  @Test
  void eachLosesLessThanTheOneBefore() {
    PruningMethod[] methods = {
      new SparseGptPruning(), new FastAdmmPruning(), new AdmmPruning(),
    };
    double before = Double.POSITIVE_INFINITY;
    for (PruningMethod method : methods) {
      try (MethodInput input = MethodInput.of(method.statistics())) {
        double error = 0;
        for (Linear linear : input.block.linears()) {
          error += method.prune(linear.weight(), input.of(linear), unstructured(0.7)).value();
        }
        assertTrue(error < before, method + ": " + error + " after " + before);
        before = error;
      }
    }
  }

  @Test
  void zerosThatStayAreAmongThePruned() {
    for (PruningMethod method : new PruningMethod[] {new AdmmPruning(), new FastAdmmPruning()}) {
      try (MethodInput input = MethodInput.of(method.statistics())) {
        Linear linear = input.block.linears().get(4);
        linear.weight().narrow(0, 0, 3).zero_();
        method.prune(linear.weight(), input.of(linear), HALF.keepingZeros());
        assertEquals(
            3 * linear.weight().size(1), Kernels.countZeros(linear.weight().narrow(0, 0, 3)));
        assertEquals(linear.weight().numel() / 2, Kernels.countZeros(linear.weight()));
      }
    }
  }

  @Test
  void inputsThatAreAlwaysZeroGoFirst() {
    for (PruningMethod method : new PruningMethod[] {new AdmmPruning(), new FastAdmmPruning()}) {
      try (MethodInput input = MethodInput.of(Kind.HESSIAN_SCALED)) {
        Linear linear = input.block.linears().get(0);
        var hessian = (InputHessian) input.of(linear).orElseThrow();
        hessian.matrix().narrow(0, 3, 2).zero_();
        hessian.matrix().narrow(1, 3, 2).zero_();
        method.prune(linear.weight(), input.of(linear), unstructured(0.8));
        assertEquals(2, hessian.deadFeatures());
        assertTrue(linear.weight().isfinite().all().item_bool());
        if (method instanceof FastAdmmPruning) {
          assertEquals(2 * 32, Kernels.countZeros(linear.weight().narrow(1, 3, 2).contiguous()));
        }
      }
    }
  }
}
