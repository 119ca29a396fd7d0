package dev.espalier.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * Follows a finished sweep in f64: takes its mask, computes weights and losses of its own, and
 * checks at every choice that what went scored no more than what stayed.
 */
public final class SweepCheck {
  /** Scores this close may be chosen either way: the kernel sees them in f32. */
  private static final double TIE = 1e-3;

  private final double[][] w;
  private final double[][] u;
  private final double[][] result;
  private final double[] loss;

  /**
   * @param original the weights before, overwritten
   * @param factor upper, of the inverse Hessian
   * @param pruned the weights after
   */
  public SweepCheck(double[][] original, double[][] factor, double[][] pruned) {
    this.w = original;
    this.u = factor;
    this.result = pruned;
    this.loss = new double[w.length];
  }

  /** The next block of columns, from which {@code count} weights are pruned. */
  public void block(int first, int last, long count) {
    Choice choice = new Choice(TIE);
    for (int i = 0; i < w.length; i++) {
      add(choice, i, first, last);
    }
    choice.finish(count, "columns %d to %d".formatted(first, last));
    update(first, last);
  }

  /** The next group of columns, from which each row loses {@code count} weights. */
  public void groups(int first, int group, int count) {
    for (int i = 0; i < w.length; i++) {
      Choice choice = new Choice(TIE);
      add(choice, i, first, first + group);
      choice.finish(count, "row %d, the group at column %d".formatted(i, first));
    }
    update(first, first + group);
  }

  private void add(Choice choice, int i, int first, int last) {
    for (int j = first; j < last; j++) {
      choice.add(score(i, j), result[i][j] == 0);
    }
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

  /** The loss of each row, after the last column. */
  public double[] losses() {
    return loss;
  }
}
