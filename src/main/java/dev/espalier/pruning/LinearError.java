package dev.espalier.pruning;

import dev.espalier.Keyword;

/**
 * How much of a layer is lost, relative: 0 is nothing, 1 is all.
 *
 * @param value ‖lost‖ / ‖all‖ in the Frobenius norm
 * @param damping SparseGPT's relative damping, or 0 where none is used
 */
public record LinearError(Measure measure, double value, double damping) {
  /** Of a linear that stays as it is. */
  static LinearError none(Measure measure) {
    return new LinearError(measure, 0, 0);
  }

  /**
   * Of the output, by squared norms.
   *
   * @param lost of what the output has lost; rounding may have made it negative
   * @param all of the output
   */
  static LinearError ofOutput(double lost, double all, double damping) {
    double value = all > 0 ? Math.sqrt(Math.max(0, lost) / all) : 0;
    return new LinearError(Measure.OUTPUT, value, damping);
  }

  /** Of what the error is measured: the best the method's statistics allow. */
  public enum Measure implements Keyword {
    /** The weights themselves. */
    WEIGHTS,
    /** |W|·s: the output error if the inputs' features were uncorrelated. */
    SCORES,
    /** The layer's output on the calibration inputs, ‖WX − ŴX‖ / ‖WX‖. */
    OUTPUT
  }
}
