package dev.espalier.kernels;

import dev.espalier.testing.Tensors;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Which weights go, by sorting: scores |w|·s in f32, NaN above everything, of equal ones the first.
 */
final class SelectionOracle {
  private final float[] scores;
  private final int rows;
  private final int cols;
  private final boolean[] mask;

  private SelectionOracle(Tensor w, Tensor s) {
    this.rows = (int) w.size(0);
    this.cols = (int) w.size(1);
    this.mask = new boolean[rows * cols];
    this.scores = new float[rows * cols];
    double[] weights = Tensors.values(w);
    double[] scales = s == null ? null : Tensors.values(s);
    for (int i = 0; i < scores.length; i++) {
      float scale = scales == null ? 1 : (float) scales[i % cols];
      scores[i] = Math.abs((float) weights[i]) * scale;
    }
  }

  static boolean[] rows(Tensor w, Tensor s, double sparsity, Rounding rounding) {
    SelectionOracle oracle = new SelectionOracle(w, s);
    long total = Math.round(w.numel() * sparsity);
    for (int i = 0; i < oracle.rows; i++) {
      long count =
          rounding == Rounding.EXACT
              ? (i + 1) * total / oracle.rows - i * total / oracle.rows
              : (long) (oracle.cols * sparsity);
      oracle.markSmallest(i * oracle.cols, oracle.cols, count);
    }
    return oracle.mask;
  }

  static boolean[] matrix(Tensor w, double sparsity, Rounding rounding) {
    SelectionOracle oracle = new SelectionOracle(w, null);
    int size = oracle.scores.length;
    if (rounding == Rounding.EXACT) {
      oracle.markSmallest(0, size, Math.round(size * sparsity));
      return oracle.mask;
    }
    float[] sorted = oracle.scores.clone();
    Arrays.sort(sorted);
    float threshold = sorted[(int) (size * sparsity)];
    for (int i = 0; i < size; i++) {
      oracle.mask[i] = Float.compare(oracle.scores[i], threshold) <= 0;
    }
    return oracle.mask;
  }

  static boolean[] nOfM(Tensor w, Tensor s, int keep, int group) {
    SelectionOracle oracle = new SelectionOracle(w, s);
    for (int first = 0; first < oracle.scores.length; first += group) {
      oracle.markSmallest(first, group, group - keep);
    }
    return oracle.mask;
  }

  private void markSmallest(int first, int size, long count) {
    IntStream.range(first, first + size)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> scores[i]))
        .limit(count)
        .forEach(i -> mask[i] = true);
  }
}
