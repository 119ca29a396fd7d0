package dev.espalier.model;

import dev.espalier.BadInputException;
import dev.espalier.checkpoint.TensorEntry;
import dev.espalier.checkpoint.WeightSource;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.TensorShape;
import dev.espalier.model.layer.Linear;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Compares a checkpoint with what its config.json calls for, before anything is computed. */
final class WeightCheck {
  private WeightCheck() {}

  /**
   * Checks that every tensor is there, has its shape, and is of a floating-point dtype; and small
   * ones for NaN.
   *
   * @throws BadInputException naming the first tensor that is not as it must be
   */
  static void run(DecoderDescription decoder, WeightSource weights) {
    decoder.tensors().forEach(tensor -> expect(tensor, weights));
  }

  private static void expect(TensorShape expected, WeightSource weights) {
    String name = expected.name();
    if (!weights.contains(name)) {
      throw new BadInputException(
          ("The checkpoint has no tensor \"%s\", which its config.json calls for; "
                  + "check that the model folder is complete.")
              .formatted(name));
    }
    TensorEntry tensor = weights.entry(name);
    if (!tensor.shape().equals(expected.sizes())) {
      throw new BadInputException(
          ("The tensor \"%s\" has shape %s where config.json calls for %s; "
                  + "check that both belong to the same model.")
              .formatted(name, tensor.shape(), expected.sizes()));
    }
    requireFloat(name, tensor.dtype().scalarType());
    // Norms and biases are small; linears are checked when they are pruned.
    if (expected.sizes().size() == 1) {
      try (Tensor small = weights.tensor(name)) {
        Linear.requireFinite(name, small);
      }
    }
  }

  private static void requireFloat(String name, ScalarType dtype) {
    switch (dtype) {
      case Double, Float, BFloat16, Half -> {}
      default ->
          throw new BadInputException(
              ("The tensor \"%s\" holds %s values; supported: float64, float32, "
                      + "bfloat16 and float16.")
                  .formatted(name, dtype));
    }
  }
}
