package dev.espalier.report;

import dev.espalier.pruning.LinearError;

/** What people are told a linear's error is of. */
public final class ErrorTerms {
  private ErrorTerms() {}

  /** Such as {@code relative output error}. */
  public static String name(LinearError.Measure measure) {
    return switch (measure) {
      case WEIGHTS -> "relative error of weights";
      case SCORES -> "relative error of scores";
      case OUTPUT -> "relative output error";
    };
  }

  /** The definition, in the Frobenius norm. */
  public static String definition(LinearError.Measure measure) {
    return switch (measure) {
      case WEIGHTS -> "‖W − Ŵ‖ / ‖W‖ of the weights alone; the inputs were not looked at";
      case SCORES ->
          "‖(W − Ŵ)·diag(s)‖ / ‖W·diag(s)‖ with the norms s of the inputs' features: the output"
              + " error if the features were uncorrelated";
      case OUTPUT -> "‖WX − ŴX‖ / ‖WX‖ on the calibration inputs X";
    };
  }
}
