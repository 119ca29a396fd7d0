package dev.espalier.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.testing.Tensors;
import org.bytedeco.pytorch.Tensor;

/**
 * Follows a finished sweep in f64: takes its mask, computes weights and losses of its own, and
 * checks at every choice that what went scored no more than what stayed.
 */
final class SweepCheck {
  /** Scores this close may be chosen either way: the kernel sees them in f32. */
  private static final double TIE = 1e-3;

  private final double[][] w;
  private final double[][] u;
  private final double[][] result;
  private final double[] loss;

  SweepCheck(Tensor original, Tensor factor, Tensor pruned) {
    this.w = Tensors.rows(original);
    this.u = Tensors.rows(factor);
    this.result = Tensors.rows(pruned);
    this.loss = new double[w.length];
  }

  /** The next block of columns, from which {@code count} weights are pruned. */
  void block(int first, int last, long count) {
    double chosen = 0;
    double left = Double.POSITIVE_INFINITY;
    long zeros = 0;
    for (int i = 0; i < w.length; i++) {
      for (int j = first; j < last; j++) {
        if (result[i][j] == 0) {
          zeros++;
          chosen = Math.max(chosen, score(i, j));
        } else {
          left = Math.min(left, score(i, j));
        }
      }
    }
    assertEquals(count, zeros, "pruned in columns " + first + " to " + last);
    assertTrue(chosen <= left * (1 + TIE), "the smallest of the block");
    update(first, last);
  }

  /** The next group of columns, from which each row loses {@code count} weights. */
  void groups(int first, int group, int count) {
    for (int i = 0; i < w.length; i++) {
      double chosen = 0;
      double left = Double.POSITIVE_INFINITY;
      int zeros = 0;
      for (int j = first; j < first + group; j++) {
        if (result[i][j] == 0) {
          zeros++;
          chosen = Math.max(chosen, score(i, j));
        } else {
          left = Math.min(left, score(i, j));
        }
      }
      assertEquals(count, zeros, "pruned in the group at column " + first);
      assertTrue(chosen <= left * (1 + TIE), "the smallest of the group");
    }
    update(first, first + group);
  }

  private double score(int i, int j) {
    return w[i][j] * w[i][j] / (u[j][j] * u[j][j]);
  }

  private void update(int first, int last) {
    for (int i = 0; i < w.length; i++) {
      for (int j = first; j < last; j++) {
        double error = result[i][j] == 0 ? w[i][j] / u[j][j] : 0;
        loss[i] += error * error / 2;
        for (int k = j; k < w[i].length; k++) {
          w[i][k] -= error * u[j][k];
        }
        assertEquals(result[i][j], result[i][j] == 0 ? 0 : w[i][j], 1e-4, "weight");
      }
    }
  }

  /** Compares the losses, after the last column. */
  void finish(Tensor losses) {
    double[] actual = Tensors.values(losses);
    for (int i = 0; i < loss.length; i++) {
      assertEquals(loss[i], actual[i], 1e-4 * loss[i] + 1e-12, "loss of row " + i);
    }
  }
}
