package dev.espalier.conformance;

import dev.espalier.device.NativeMemory;
import dev.espalier.reference.EagerReference;
import dev.espalier.testing.SweepCheck;
import dev.espalier.testing.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * SparseGPT, followed column by column with the factor of a Hessian in float64: each choice is of
 * the smallest scores, and the weights that stay have taken up what the others did.
 *
 * @param groups whether half of every four consecutive weights of a row go, instead of half of all
 */
record SparseGptCheck(boolean groups) implements LinearCheck {
  private static final double DAMPING = 0.01;
  private static final int BLOCK_COLS = 128;

  @Override
  public void check(double[][] dense, double[][] pruned, List<double[]> inputs) {
    int cols = dense[0].length;
    double[][] hessian = hessian(inputs, cols);
    double[][] alive = Arrays.stream(dense).map(double[]::clone).toArray(double[][]::new);
    for (int j = 0; j < cols; j++) {
      if (hessian[j][j] == 0) {
        for (double[] row : alive) {
          row[j] = 0;
        }
      }
    }
    SweepCheck sweep = new SweepCheck(alive, factor(hessian), pruned);
    int step = groups ? 4 : BLOCK_COLS;
    for (int first = 0; first < cols; first += step) {
      int last = Math.min(cols, first + step);
      if (groups) {
        sweep.groups(first, step, step / 2);
      } else {
        sweep.block(first, last, (long) dense.length * (last - first) / 2);
      }
    }
  }

  /** Up to a factor, which does not matter as the damping grows with it. */
  private static double[][] hessian(List<double[]> inputs, int cols) {
    double[][] hessian = new double[cols][cols];
    for (double[] x : inputs) {
      for (int i = 0; i < cols; i++) {
        for (int j = 0; j < cols; j++) {
          hessian[i][j] += x[i] * x[j];
        }
      }
    }
    return hessian;
  }

  private static double[][] factor(double[][] hessian) {
    double[] flat =
        IntStream.range(0, hessian.length)
            .boxed()
            .flatMapToDouble(i -> Arrays.stream(hessian[i]))
            .toArray();
    try (Tensor factor =
        NativeMemory.own(
            () ->
                EagerReference.inverseFactor(
                    Tensor.create(flat).view(hessian.length, -1), DAMPING))) {
      return Tensors.rows(factor);
    }
  }
}
