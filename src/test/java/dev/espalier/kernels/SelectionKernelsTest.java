package dev.espalier.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.reference.EagerReference;
import dev.espalier.testing.Scoped;
import dev.espalier.testing.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The kernels that choose weights, against sorting and against the published operations. */
@ExtendWith(Scoped.class)
class SelectionKernelsTest {
  private static final long[][] SHAPES = {
    {1, 1}, {1, 7}, {9, 1}, {3, 17}, {16, 64}, {5, 129}, {33, 257}, {70, 300}
  };
  private static final double[] SPARSITIES = {0, 0.1, 0.5, 0.7, 0.97};

  enum Element {
    FLOAT(ScalarType.Float),
    HALF(ScalarType.Half),
    BFLOAT16(ScalarType.BFloat16);

    final ScalarType dtype;

    Element(ScalarType dtype) {
      this.dtype = dtype;
    }
  }

  /** Weights of every awkward kind: random, tied, all zero, all equal, with NaN and infinities. */
  private static List<Tensor> weights(ScalarType dtype, long rows, long cols) {
    int seed = (int) (rows * 1000 + cols);
    List<Tensor> weights = new ArrayList<>();
    weights.add(Tensors.random(seed, dtype, rows, cols));
    weights.add(Tensors.tied(seed, dtype, rows, cols));
    weights.add(torch.zeros(rows, cols).neg().to(dtype));
    weights.add(torch.ones(rows, cols).to(dtype));
    Tensor broken = Tensors.tied(seed, dtype, rows, cols);
    Tensor place = Tensors.random(seed + 1, ScalarType.Float, rows, cols);
    broken.masked_fill_(place.gt(new Scalar(1)), new Scalar(Double.NaN));
    broken.masked_fill_(place.lt(new Scalar(-1)), new Scalar(Double.NEGATIVE_INFINITY));
    weights.add(broken);
    return weights;
  }

  /** Norms with a zero and an outlier among them. */
  private static Tensor norms(long cols) {
    Tensor norms = Tensors.random(3, ScalarType.Float, cols).abs();
    norms.narrow(0, 0, 1).mul_(new Scalar(100));
    norms.narrow(0, cols / 2, 1).zero_();
    return norms;
  }

  /** Prunes a plain and a strided copy; both must be the original with +0 in the mask's places. */
  private static void assertPrunes(
      Tensor original, boolean[] mask, Consumer<Tensor> kernel, Object about) {
    Tensor expected = original.clone();
    expected.masked_fill_(Tensors.mask(mask, original.size(1)), new Scalar(0));
    Tensor plain = original.clone();
    kernel.accept(plain);
    Tensors.assertSameBits(expected, plain, about);
    Tensor strided = Tensors.strided(original);
    kernel.accept(strided);
    Tensors.assertSameBits(expected, strided, about + ", strided");
    Tensors.assertPaddingUntouched(strided);
  }

  @ParameterizedTest
  @EnumSource
  void prunesTheSmallestOfEachRow(Element element) {
    for (long[] shape : SHAPES) {
      Tensor s = norms(shape[1]);
      for (Tensor w : weights(element.dtype, shape[0], shape[1])) {
        for (double sparsity : SPARSITIES) {
          for (Rounding rounding : Rounding.values()) {
            assertPrunes(
                w,
                SelectionOracle.rows(w, s, sparsity, rounding),
                x -> Kernels.pruneRowsSmallest(x, s, sparsity, rounding),
                "%d x %d at %s, %s".formatted(shape[0], shape[1], sparsity, rounding));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void prunesTheSmallestOfTheMatrix(Element element) {
    for (long[] shape : SHAPES) {
      for (Tensor w : weights(element.dtype, shape[0], shape[1])) {
        for (double sparsity : SPARSITIES) {
          for (Rounding rounding : Rounding.values()) {
            assertPrunes(
                w,
                SelectionOracle.matrix(w, sparsity, rounding),
                x -> Kernels.pruneMatrixSmallest(x, sparsity, rounding),
                "%d x %d at %s, %s".formatted(shape[0], shape[1], sparsity, rounding));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void keepsTheLargestOfEachGroup(Element element) {
    int[][] patterns = {{1, 2}, {2, 4}, {1, 4}, {4, 8}, {1, 3}, {3, 6}, {5, 20}, {63, 64}, {1, 64}};
    for (int[] pattern : patterns) {
      int keep = pattern[0];
      int group = pattern[1];
      for (long rows : new long[] {1, 5}) {
        for (long groups : new long[] {1, 3, 11}) {
          Tensor s = norms(groups * group);
          for (Tensor w : weights(element.dtype, rows, groups * group)) {
            String about = "%d:%d, %d x %d".formatted(keep, group, rows, groups);
            assertPrunes(
                w,
                SelectionOracle.nOfM(w, s, keep, group),
                x -> Kernels.pruneNofM(x, s, keep, group),
                about);
            assertPrunes(
                w,
                SelectionOracle.nOfM(w, null, keep, group),
                x -> Kernels.pruneNofM(x, keep, group),
                about);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void agreesWithThePublishedOperations(Element element) {
    Tensor w = Tensors.tied(1, element.dtype, 40, 192);
    Tensor s = norms(192);
    Tensor ours = w.clone();
    Tensor published = w.clone();
    Kernels.pruneRowsSmallest(ours, s, 0.7, Rounding.PUBLISHED);
    EagerReference.pruneWanda(published, s, 0.7);
    Tensors.assertSameBits(published, ours, "Wanda");

    ours = w.clone();
    published = w.clone();
    Kernels.pruneMatrixSmallest(ours, 0.7, Rounding.PUBLISHED);
    EagerReference.pruneMagnitude(published, 0.7);
    Tensors.assertSameBits(published, ours, "magnitude");

    // topk breaks ties as it likes, so without ties.
    Tensor distinct = Tensors.random(2, ScalarType.Float, 40, 192);
    ours = distinct.clone();
    published = distinct.clone();
    Kernels.pruneNofM(ours, s.abs().add(new Scalar(1)), 3, 8);
    EagerReference.pruneNofM(published, s.abs().add(new Scalar(1)), 3, 8);
    Tensors.assertSameBits(published, ours, "3:8");
  }

  @Test
  void countsAreExact() {
    for (long[] shape : SHAPES) {
      for (double sparsity : new double[] {0, 0.013, 1.0 / 3, 0.5, 0.7, 0.999, 1}) {
        Tensor w = Tensors.random(4, ScalarType.Float, shape);
        Kernels.pruneRowsSmallest(w, torch.ones(shape[1]), sparsity, Rounding.EXACT);
        long expected = Math.round(w.numel() * sparsity);
        assertEquals(expected, Kernels.countZeros(w));
        for (int i = 0; i < shape[0]; i++) {
          double share = Kernels.countZeros(w.narrow(0, i, 1)) - (double) expected / shape[0];
          assertTrue(Math.abs(share) < 1, "rows differ by one weight at most");
        }
        Tensor m = Tensors.random(4, ScalarType.Float, shape);
        Kernels.pruneMatrixSmallest(m, sparsity, Rounding.EXACT);
        assertEquals(expected, Kernels.countZeros(m));
      }
    }
  }

  @Test
  void pruningAgainChangesNothing() {
    Tensor w = Tensors.random(6, ScalarType.BFloat16, 37, 120);
    Tensor s = norms(120);
    List<Consumer<Tensor>> kernels =
        List.of(
            x -> Kernels.pruneRowsSmallest(x, s, 0.6, Rounding.EXACT),
            x -> Kernels.pruneRowsSmallest(x, s, 0.6, Rounding.PUBLISHED),
            x -> Kernels.pruneMatrixSmallest(x, 0.6, Rounding.EXACT),
            x -> Kernels.pruneMatrixSmallest(x, 0.6, Rounding.PUBLISHED),
            x -> Kernels.pruneNofM(x, 2, 4),
            x -> Kernels.pruneNofM(x, s, 3, 5));
    for (Consumer<Tensor> kernel : kernels) {
      Tensor once = w.clone();
      kernel.accept(once);
      Tensor twice = once.clone();
      kernel.accept(twice);
      Tensors.assertSameBits(once, twice, "again");
    }
  }

  @Test
  void tinyScoresAreNotFlushedToZero() {
    Tensor w = Tensors.random(8, ScalarType.Float, 4, 40).mul(new Scalar(1e-22));
    Tensor s = torch.ones(40).mul(new Scalar(1e-20));
    assertPrunes(
        w,
        SelectionOracle.rows(w, s, 0.5, Rounding.EXACT),
        x -> Kernels.pruneRowsSmallest(x, s, 0.5, Rounding.EXACT),
        "denormal scores");
  }
}
