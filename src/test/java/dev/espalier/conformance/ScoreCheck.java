package dev.espalier.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.testing.Choice;
import java.util.List;

/**
 * Magnitude and Wanda: the weights with the smallest scores are +0, and all others keep their bits.
 *
 * @param region weights that compete with each other
 * @param byInputs whether a weight's score is that times the norm of its input, as in Wanda
 */
record ScoreCheck(Region region, boolean byInputs) implements LinearCheck {
  /** The product sees its inputs in float32. */
  private static final double TIE = 1e-5;

  /** Weights of which half go. */
  enum Region {
    MATRIX,
    ROW,
    GROUP_OF_FOUR
  }

  @Override
  public void check(double[][] dense, double[][] pruned, List<double[]> inputs) {
    int rows = dense.length;
    int cols = dense[0].length;
    double[] norms = norms(inputs, cols);
    Choice choice = new Choice(TIE);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        boolean gone = pruned[i][j] == 0;
        assertSameBits(gone ? 0 : dense[i][j], pruned[i][j]);
        choice.add(Math.abs(dense[i][j]) * norms[j], gone);
        if (isLast(i, j, rows, cols)) {
          choice.finish(half(rows, cols), "row %d up to column %d".formatted(i, j));
          choice = new Choice(TIE);
        }
      }
    }
  }

  private boolean isLast(int i, int j, int rows, int cols) {
    return switch (region) {
      case MATRIX -> i == rows - 1 && j == cols - 1;
      case ROW -> j == cols - 1;
      case GROUP_OF_FOUR -> j % 4 == 3;
    };
  }

  private long half(int rows, int cols) {
    return switch (region) {
      case MATRIX -> rows * cols / 2;
      case ROW -> cols / 2;
      case GROUP_OF_FOUR -> 2;
    };
  }

  private double[] norms(List<double[]> inputs, int cols) {
    double[] norms = new double[cols];
    for (int j = 0; j < cols; j++) {
      int column = j;
      norms[j] =
          byInputs ? Math.sqrt(inputs.stream().mapToDouble(x -> x[column] * x[column]).sum()) : 1;
    }
    return norms;
  }

  private static void assertSameBits(double expected, double actual) {
    assertEquals(Double.doubleToRawLongBits(expected), Double.doubleToRawLongBits(actual));
  }
}
