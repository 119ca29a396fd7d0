package dev.espalier.pruning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.device.Placement;
import dev.espalier.kernels.Kernels;
import dev.espalier.kernels.Rounding;
import dev.espalier.model.layer.Linear;
import dev.espalier.reference.EagerReference;
import dev.espalier.statistics.InputHessian;
import dev.espalier.statistics.InputStatistics.Kind;
import dev.espalier.testing.Scoped;
import dev.espalier.testing.Tensors;
import dev.espalier.testing.TinyModel;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each method on the linears of a calibrated block. */
@ExtendWith(Scoped.class)
class PruningMethodsTest {
  private static final double DAMPING = 0.01;

  static List<PruningMethod> methods() {
    return List.of(
        new MagnitudePruning(),
        new WandaPruning(),
        new WandaVariantPruning(),
        new SparseGptPruning(),
        new FastAdmmPruning(),
        new AdmmPruning(),
        new RefittedPruning(new MagnitudePruning()),
        new RefittedPruning(new WandaPruning()),
        new RefittedPruning(new SparseGptPruning()));
  }

  private static PruningTarget target(double sparsity) {
    return new PruningTarget(SparsityPattern.UNSTRUCTURED, sparsity, Rounding.EXACT);
  }

  private static PruningTarget published(double sparsity) {
    return new PruningTarget(SparsityPattern.UNSTRUCTURED, sparsity, Rounding.PUBLISHED);
  }

  private static PruningTarget target(int keep, int group) {
    var pattern = new SparsityPattern.NofM(keep, group);
    return new PruningTarget(pattern, pattern.sparsity(), Rounding.EXACT);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void removesWhatIsAsked(PruningMethod method) {
    for (double sparsity : new double[] {0.02, 0.3, 0.5, 0.7, 0.95, 0.99, 0.999}) {
      try (MethodInput input = MethodInput.of(method.statistics())) {
        for (Linear linear : input.block.linears()) {
          Tensor weight = linear.weight();
          Tensor before = weight.clone();
          method.prune(weight, input.of(linear), target(sparsity));
          assertEquals(
              Math.round(weight.numel() * sparsity),
              Kernels.countZeros(weight),
              linear + " at " + sparsity);
          if (!method.updatesWeights()) {
            assertSurvivorsKeepTheirBits(before, weight);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void keepsWhatThePatternAllows(PruningMethod method) {
    if (!method.supportsNofM()) {
      return;
    }
    // Neither 6 nor 12 divides SparseGPT's blocks of 128 columns.
    TinyModel model = TinyModel.of(2, 144, 288, ScalarType.Float);
    int[][] patterns = {{2, 4}, {1, 3}, {3, 6}, {5, 12}, {4, 8}, {1, 48}};
    try (MethodInput input = new MethodInput(model, method.statistics(), Placement.cpu())) {
      Linear linear = input.block.linears().get(6);
      Tensor dense = linear.weight().clone();
      for (int[] pattern : patterns) {
        Tensor weight = dense.clone();
        method.prune(weight, input.of(linear), target(pattern[0], pattern[1]));
        Tensor kept = weight.ne(new Scalar(0)).view(-1, pattern[1]).sum(1);
        assertEquals(pattern[0], kept.min().item_long());
        assertEquals(pattern[0], kept.max().item_long());
        if (!method.updatesWeights()) {
          assertSurvivorsKeepTheirBits(dense, weight);
        }
      }
    }
  }

  @Test
  void sparseGptTakesGroupsThatDoNotDivideItsBlocks() {
    // 40 columns, more blocks than one: 5:20 in blocks of 20.
    Tensor w = Tensors.random(1, ScalarType.Float, 12, 40);
    try (MethodInput input =
        new MethodInput(TinyModel.of(2, 40, 60, ScalarType.Float), Kind.HESSIAN, Placement.cpu())) {
      Linear linear = input.block.linears().get(0);
      for (int width : new int[] {1, 20, 30, 128}) {
        Tensor weight = w.clone();
        new SparseGptPruning(DAMPING, width).prune(weight, input.of(linear), target(5, 20));
        assertEquals(12 * 30, Kernels.countZeros(weight));
      }
    }
  }

  private static void assertSurvivorsKeepTheirBits(Tensor before, Tensor after) {
    Tensor expected = before.clone();
    expected.masked_fill_(after.eq(new Scalar(0)), new Scalar(0));
    Tensors.assertSameBits(expected, after, "survivors");
  }

  @Test
  void errorsAreThoseOfTheDefinition() {
    for (PruningMethod method : methods()) {
      try (MethodInput input = MethodInput.of(method.statistics())) {
        for (Linear linear : input.block.linears()) {
          Tensor before = linear.weight().to(ScalarType.Double);
          LinearError error = method.prune(linear.weight(), input.of(linear), target(0.6));
          Tensor lost = before.sub(linear.weight().to(ScalarType.Double));
          Tensor x = input.inputs(linear);
          double expected =
              switch (error.measure()) {
                case WEIGHTS -> norm(lost) / norm(before);
                case SCORES -> norm(lost.mul(columns(x))) / norm(before.mul(columns(x)));
                case OUTPUT -> norm(lost.matmul(x.t())) / norm(before.matmul(x.t()));
              };
          assertEquals(expected, error.value(), 1e-3 * expected, method + " " + linear);
          assertEquals(method.askedDamping().orElse(0), error.damping());
        }
      }
    }
  }

  private static Tensor columns(Tensor x) {
    return x.square().sum(0).sqrt();
  }

  private static double norm(Tensor tensor) {
    return tensor.norm().item_double();
  }

  @Test
  void sparseGptLosesLessOfTheOutputThanWanda() {
    for (double sparsity : new double[] {0.5, 0.7}) {
      try (MethodInput gpt = MethodInput.of(Kind.HESSIAN);
          MethodInput wanda = MethodInput.of(Kind.NORMS)) {
        for (int i = 0; i < 7; i++) {
          Linear linear = gpt.block.linears().get(i);
          Linear other = wanda.block.linears().get(i);
          Tensor dense = linear.weight().to(ScalarType.Double);
          new SparseGptPruning().prune(linear.weight(), gpt.of(linear), target(sparsity));
          new WandaPruning().prune(other.weight(), wanda.of(other), target(sparsity));
          Tensor x = gpt.inputs(linear).t();
          double ours = norm(dense.sub(linear.weight()).matmul(x));
          double theirs = norm(dense.sub(other.weight()).matmul(x));
          assertEquals(Kernels.countZeros(other.weight()), Kernels.countZeros(linear.weight()));
          assertTrue(ours < theirs, () -> linear + ": " + ours + " and " + theirs);
        }
      }
    }
  }

  @Test
  void sparseGptChoosesByBlocksOfColumnsAndGroupsWithoutThem() {
    Tensor usual = pruned(new SparseGptPruning(), target(0.5));
    assertFalse(usual.equal(pruned(new SparseGptPruning(0.01, 8), target(0.5))));
    assertFalse(usual.equal(pruned(new SparseGptPruning(1, 128), target(0.5))));
    assertTrue(usual.equal(pruned(new SparseGptPruning(0.01, 32), target(0.5))), "32 columns");
    Tensor grouped = pruned(new SparseGptPruning(), target(2, 4)).eq(new Scalar(0));
    Tensor narrow = pruned(new SparseGptPruning(0.01, 4), target(2, 4)).eq(new Scalar(0));
    assertTrue(grouped.equal(narrow));
  }

  /** The first linear of the block. */
  private static Tensor pruned(PruningMethod method, PruningTarget target) {
    try (MethodInput input = MethodInput.of(method.statistics())) {
      Linear linear = input.block.linears().get(0);
      method.prune(linear.weight(), input.of(linear), target);
      return linear.weight().clone();
    }
  }

  @Test
  void sparseGptClearsDeadColumns() {
    try (MethodInput input = MethodInput.of(Kind.HESSIAN)) {
      Linear linear = input.block.linears().get(0);
      var hessian = (InputHessian) input.of(linear).orElseThrow();
      hessian.factor(DAMPING).dead().narrow(0, 3, 2).add_(new Scalar(1));
      new SparseGptPruning().prune(linear.weight(), Optional.of(hessian), target(0.5));
      assertEquals(2 * 32, Kernels.countZeros(linear.weight().narrow(1, 3, 2)));
      assertEquals(32 * 32 / 2, Kernels.countZeros(linear.weight()));
    }
  }

  @Test
  void wandaVariantIsThePublishedLoop() {
    for (double sparsity : new double[] {0.4, 0.5, 0.63, 0.7}) {
      try (MethodInput input = MethodInput.of(Kind.NORMS)) {
        for (Linear linear : input.block.linears()) {
          Tensor expected = linear.weight().clone();
          Tensor norms = input.of(linear).orElseThrow().norms();
          EagerReference.pruneWandaVariant(expected, norms, sparsity);
          new WandaVariantPruning().prune(linear.weight(), input.of(linear), published(sparsity));
          Tensors.assertSameBits(expected, linear.weight(), linear + " at " + sparsity);
        }
      }
    }
  }

  /**
   * The published choice for one α: what goes of a row makes up a smaller share than what stays.
   */
  @Test
  void wandaVariantMeetsItsTargetByShares() {
    for (double sparsity : new double[] {0.1, 0.5, 0.95}) {
      try (MethodInput input = MethodInput.of(Kind.NORMS)) {
        Linear linear = input.block.linears().get(6);
        Tensor norms = input.of(linear).orElseThrow().norms();
        Tensor scores = linear.weight().abs().mul(norms);
        new WandaVariantPruning().prune(linear.weight(), input.of(linear), target(sparsity));
        double[][] rows = Tensors.rows(scores);
        double[][] left = Tensors.rows(linear.weight());
        double largestLost = 0;
        double leastKept = Double.POSITIVE_INFINITY;
        for (int i = 0; i < rows.length; i++) {
          double total = Arrays.stream(rows[i]).sum();
          for (int j = 0; j < rows[i].length; j++) {
            double score = rows[i][j];
            double share = Arrays.stream(rows[i]).filter(s -> s <= score).sum() / total;
            if (left[i][j] == 0) {
              largestLost = Math.max(largestLost, share);
            } else {
              leastKept = Math.min(leastKept, share);
            }
          }
        }
        assertTrue(largestLost < leastKept, largestLost + " and " + leastKept);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void aSparsityOfZeroChangesNothing(PruningMethod method) {
    for (Rounding rounding : Rounding.values()) {
      try (MethodInput input = MethodInput.of(method.statistics())) {
        for (Linear linear : input.block.linears()) {
          Tensor before = linear.weight().clone();
          var nothing = new PruningTarget(SparsityPattern.UNSTRUCTURED, 0, rounding);
          assertEquals(0, method.prune(linear.weight(), input.of(linear), nothing).value());
          Tensors.assertSameBits(before, linear.weight(), linear);
        }
      }
    }
  }

  @Test
  void wandaVariantLeavesRowsInWhichNothingFits() {
    try (MethodInput input = MethodInput.of(Kind.NORMS)) {
      Linear linear = input.block.linears().get(0);
      Tensor weight = linear.weight();
      weight.narrow(0, 0, 2).zero_();
      weight.narrow(0, 0, 2).narrow(1, 7, 1).add_(new Scalar(1));
      weight.narrow(0, 2, 1).zero_();
      LinearError error = new WandaVariantPruning().prune(weight, input.of(linear), published(0.5));
      assertTrue(Double.isFinite(error.value()));
      assertEquals(1.0, weight.narrow(0, 0, 1).narrow(1, 7, 1).item_double());
      assertEquals(32, Kernels.countZeros(weight.narrow(0, 2, 1)));
      assertEquals(512, Kernels.countZeros(weight), 3);
    }
  }

  @Test
  void zeroWeightsAreNoError() {
    for (PruningMethod method : methods()) {
      try (MethodInput input = MethodInput.of(method.statistics())) {
        Linear linear = input.block.linears().get(3);
        linear.weight().zero_();
        LinearError error = method.prune(linear.weight(), input.of(linear), target(0.5));
        assertEquals(0, error.value());
        assertEquals(linear.weight().numel(), Kernels.countZeros(linear.weight()));
      }
    }
  }
}
