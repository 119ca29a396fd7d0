package dev.espalier.pruning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.kernels.Kernels;
import dev.espalier.kernels.Rounding;
import dev.espalier.model.layer.Linear;
import dev.espalier.pruning.SparsityPattern.NofM;
import dev.espalier.statistics.InputHessian;
import dev.espalier.statistics.InputStatistics.Kind;
import dev.espalier.testing.Scoped;
import dev.espalier.testing.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Weights that are zero and stay so, whatever prunes the others. */
@ExtendWith(Scoped.class)
class KeptZerosTest {
  private static final double DAMPING = 0.01;

  static List<PruningMethod> methods() {
    return PruningMethodsTest.methods();
  }

  private static PruningTarget target(SparsityPattern pattern, double sparsity, Rounding rounding) {
    return new PruningTarget(pattern, sparsity, rounding, true);
  }

  /** Zeroes nine tenths of the first rows, a fifth of the others, and nothing of the last ones. */
  private static Tensor makeSparse(Tensor weight) {
    Tensor uniform = Tensors.random(3, ScalarType.Float, weight.size(0), weight.size(1)).abs();
    long rows = weight.size(0);
    weight.narrow(0, 0, 5).masked_fill_(uniform.narrow(0, 0, 5).lt(new Scalar(1.6)), zero());
    weight
        .narrow(0, 5, rows - 8)
        .masked_fill_(uniform.narrow(0, 5, rows - 8).lt(new Scalar(0.25)), zero());
    return weight.eq(zero());
  }

  private static Scalar zero() {
    return new Scalar(0.0);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void zerosStayAndCountAsPruned(PruningMethod method) {
    for (Rounding rounding : Rounding.values()) {
      for (double sparsity : new double[] {0.1, 0.3, 0.5, 0.7, 0.99}) {
        try (MethodInput input = MethodInput.of(method.statistics())) {
          for (Linear linear : input.block.linears()) {
            Tensor weight = linear.weight();
            Tensor zeros = makeSparse(weight);
            long before = zeros.sum().item_long();
            method.prune(
                weight, input.of(linear), target(SparsityPattern.UNSTRUCTURED, sparsity, rounding));
            String what = method.name() + " " + linear + " " + rounding + " " + sparsity;
            assertEquals(before, zeros.logical_and(weight.eq(zero())).sum().item_long(), what);
            long wanted = Math.max(before, Math.round(weight.numel() * sparsity));
            if (rounding == Rounding.EXACT) {
              assertEquals(wanted, Kernels.countZeros(weight), what);
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void groupsMayHaveMoreZerosThanTheirPattern(PruningMethod method) {
    if (!method.supportsNofM()) {
      return;
    }
    try (MethodInput input = MethodInput.of(method.statistics())) {
      for (Linear linear : input.block.linears()) {
        Tensor weight = linear.weight();
        Tensor zeros = makeSparse(weight);
        var pattern = new NofM(3, 8);
        method.prune(weight, input.of(linear), target(pattern, pattern.sparsity(), Rounding.EXACT));
        Tensor now = weight.eq(zero());
        assertEquals(zeros.sum().item_long(), zeros.logical_and(now).sum().item_long());
        Tensor wanted = zeros.view(-1, 8).sum(1).clamp_min(new Scalar(5L));
        assertTrue(now.view(-1, 8).sum(1).equal(wanted), method.name() + " " + linear);
      }
    }
  }

  @Test
  void zerosGoBeforeInputsThatWereNeverActive() {
    Tensor weight = Tensors.random(1, ScalarType.Float, 20, 40);
    weight.narrow(1, 30, 10).zero_();
    Tensor norms = torch.ones(40);
    norms.narrow(0, 0, 10).zero_();
    Tensor pruned = weight.clone();
    var unstructured = target(SparsityPattern.UNSTRUCTURED, 0.25, Rounding.EXACT);
    new WandaPruning().remove(pruned, norms, unstructured);
    Tensors.assertSameBits(weight, pruned, "as many zeros as asked for");
    new WandaVariantPruning().remove(pruned, norms, unstructured);
    Tensors.assertSameBits(weight, pruned, "as many zeros as asked for");
    new WandaPruning()
        .remove(pruned, norms, target(SparsityPattern.UNSTRUCTURED, 0.5, Rounding.EXACT));
    assertEquals(200, Kernels.countZeros(pruned.narrow(1, 0, 10)), "then those that do nothing");
    assertEquals(400, Kernels.countZeros(pruned));
  }

  @Test
  void wandaChoosesAsItsKernelWhereRowsHaveFewZeros() {
    Tensor weight = Tensors.random(1, ScalarType.Float, 30, 64);
    weight.masked_fill_(Tensors.random(2, ScalarType.Float, 30, 64).gt(new Scalar(1.2)), zero());
    Tensor norms = Tensors.random(4, ScalarType.Float, 64).abs();
    for (Rounding rounding : Rounding.values()) {
      Tensor expected = weight.clone();
      Kernels.pruneRowsSmallest(expected, norms, 0.61, rounding);
      Tensor pruned = weight.clone();
      new WandaPruning()
          .remove(pruned, norms, target(SparsityPattern.UNSTRUCTURED, 0.61, rounding));
      Tensors.assertSameBits(expected, pruned, rounding);
    }
  }

  private static Tensor factor(MethodInput input, Linear linear) {
    return ((InputHessian) input.of(linear).orElseThrow()).factor(DAMPING).u();
  }

  /** More columns than a block has, which neither the blocks nor the groups divide. */
  @Test
  void withoutZerosTheSweepIsTheKernels() {
    try (MethodInput input = MethodInput.of(Kind.HESSIAN)) {
      Linear linear = input.block.linears().get(6); // 48 columns
      Tensor u = factor(input, linear);
      Tensor none = torch.zeros_like(linear.weight()).to(ScalarType.Bool);
      Tensor loss = torch.zeros(linear.weight().size(0), 1).to(ScalarType.Double);
      Tensor expectedLoss = loss.clone();
      for (Rounding rounding : Rounding.values()) {
        Tensor expected = linear.weight().clone();
        Kernels.sparseGptSweep(expected, u, 0.57, rounding, 20, expectedLoss);
        Tensor w = linear.weight().clone();
        new KeptZerosSweep(w, u, none, loss, 20)
            .unstructured(target(SparsityPattern.UNSTRUCTURED, 0.57, rounding));
        assertSame(expected, w);
        Tensors.assertClose(expectedLoss, loss, 1e-5, "loss");
      }
      Tensor expected = linear.weight().clone();
      Kernels.sparseGptSweepNofM(expected, u, 3, 6, 18, expectedLoss);
      Tensor w = linear.weight().clone();
      new KeptZerosSweep(w, u, none, loss, 18).nOfM(new NofM(3, 6));
      assertSame(expected, w);
      Tensors.assertClose(expectedLoss, loss, 1e-5, "loss");
    }
  }

  private static void assertSame(Tensor expected, Tensor w) {
    assertTrue(expected.eq(zero()).equal(w.eq(zero())), "the same choice");
    Tensors.assertClose(expected, w, 1e-5, "weights");
  }

  /** Column by column in f64, with the mask that came out. */
  @Test
  void errorsOfKeptZerosAreMadeUpFor() {
    try (MethodInput input = MethodInput.of(Kind.HESSIAN)) {
      Linear linear = input.block.linears().get(6);
      Tensor u = factor(input, linear);
      Tensor w = linear.weight().clone();
      Tensor zeros = makeSparse(w);
      Tensor loss = torch.zeros(w.size(0), 1).to(ScalarType.Double);
      double[][] before = Tensors.rows(w);
      new KeptZerosSweep(w, u, zeros, loss, 20)
          .unstructured(target(SparsityPattern.UNSTRUCTURED, 0.6, Rounding.EXACT));
      double[][] factor = Tensors.rows(u);
      double[][] after = Tensors.rows(w);
      double[] losses = Tensors.values(loss);
      for (int i = 0; i < after.length; i++) {
        double lost = 0;
        for (int j = 0; j < factor.length; j++) {
          if (after[i][j] == 0) {
            double error = before[i][j] / factor[j][j];
            lost += error * error / 2;
            for (int right = j; right < factor.length; right++) {
              before[i][right] -= error * factor[j][right];
            }
          }
          assertEquals(before[i][j], after[i][j], 1e-4);
        }
        assertEquals(lost, losses[i], 1e-4 * lost);
      }
    }
  }
}
