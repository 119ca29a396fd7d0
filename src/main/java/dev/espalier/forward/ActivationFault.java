package dev.espalier.forward;

import dev.espalier.NumericalException;
import dev.espalier.Setting;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Activations that are not finite: what they were computed in, and what helps. */
public final class ActivationFault {
  /** No dtype has a wider range. */
  private static final String OTHERWISE =
      "check that config.json and the weights belong to the same model, and fetch them again";

  private ActivationFault() {}

  /**
   * @param activations which they are, in the plural
   * @param dtype what they were computed in
   */
  public static NumericalException of(String activations, ScalarType dtype) {
    String problem = activations + " are NaN or infinite in ";
    return switch (dtype.intern()) {
      case Half ->
          new NumericalException(
              problem + "float16, which ends at 65,504; compute in bfloat16 or float32",
              Setting.COMPUTE_DTYPE);
      case BFloat16 -> new NumericalException(problem + "bfloat16; " + OTHERWISE);
      default -> new NumericalException(problem + "float32; " + OTHERWISE);
    };
  }
}
