package dev.espalier.pruning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.kernels.Rounding;
import dev.espalier.model.layer.Linear;
import dev.espalier.statistics.InputStatistics.Kind;
import dev.espalier.testing.Scoped;
import dev.espalier.testing.Tensors;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The weights that are left against an exact solution of each row in f64. */
@ExtendWith(Scoped.class)
class RefitTest {
  private static PruningTarget target(double sparsity) {
    return new PruningTarget(SparsityPattern.UNSTRUCTURED, sparsity, Rounding.EXACT);
  }

  @Test
  void isNearlyExactOnRandomHessians() {
    for (double sparsity : new double[] {0.3, 0.5, 0.7, 0.9}) {
      Tensor x = Tensors.random(7, ScalarType.Float, 400, 96);
      // Inputs that differ in size and depend on one another.
      x.narrow(1, 0, 24).mul_(new Scalar(5));
      x.narrow(1, 24, 24).add_(x.narrow(1, 48, 24));
      Tensor h = x.t().matmul(x);
      Tensor dense = Tensors.random(8, ScalarType.Float, 64, 96);
      Tensor w = dense.clone();
      new MagnitudePruning().prune(w, Optional.empty(), target(sparsity));
      Tensor before = w.clone();
      var refit = new Refit(h, 0);
      double told = refit.improve(w, dense, refit.times(dense), Refit.TOLERANCE);
      assertImproved(before, w, dense, h, told);
    }
  }

  private static void assertImproved(Tensor before, Tensor w, Tensor dense, Tensor h, double told) {
    assertTrue(before.eq(new Scalar(0)).equal(w.eq(new Scalar(0))), "zeros have moved");
    Tensor d = dense.to(ScalarType.Double);
    Tensor h64 = h.to(ScalarType.Double);
    Tensor exact = AdmmReference.leastSquares(before.to(ScalarType.Double), d, h64);
    double least = AdmmReference.loss(exact, d, h64);
    double ours = AdmmReference.loss(w.to(ScalarType.Double), d, h64);
    double was = AdmmReference.loss(before.to(ScalarType.Double), d, h64);
    assertTrue(ours <= was, ours + " after " + was);
    // As an error, which is the root of the loss.
    assertTrue(Math.sqrt(ours) <= 1.03 * Math.sqrt(least), ours + " and " + least);
    assertEquals(ours, told, 1e-3 * ours);
  }

  @Test
  void isNearlyExactOnThoseOfACalibratedBlock() {
    for (PruningMethod method :
        List.of(new MagnitudePruning(), new WandaPruning(), new SparseGptPruning())) {
      for (double sparsity : new double[] {0.5, 0.7}) {
        try (MethodInput plain = MethodInput.of(method.statistics());
            MethodInput input = MethodInput.of(Kind.HESSIAN_KEPT)) {
          for (int i = 0; i < input.block.linears().size(); i++) {
            Linear before = plain.block.linears().get(i);
            Linear linear = input.block.linears().get(i);
            Tensor dense = linear.weight().clone();
            Tensor x = input.inputs(linear);
            double output = dense.to(ScalarType.Double).matmul(x.t()).square().sum().item_double();
            method.prune(before.weight(), plain.of(before), target(sparsity));
            double error =
                method
                    .refitted()
                    .prune(linear.weight(), input.of(linear), target(sparsity))
                    .value();
            assertImproved(
                before.weight(), linear.weight(), dense, x.t().matmul(x), error * error * output);
          }
        }
      }
    }
  }

  @Test
  void aRefittedMethodSaysSo() {
    assertEquals("wanda+refit", new WandaPruning().refitted().name());
    assertEquals("wanda+refit", new WandaPruning().refitted().refitted().name());
    assertEquals("admm", new AdmmPruning().refitted().name());
    assertEquals("admm-fast+refit", new FastAdmmPruning().refitted().name());
  }
}
