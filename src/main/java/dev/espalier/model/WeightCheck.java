package dev.espalier.model;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import dev.espalier.checkpoint.TensorDescription;
import dev.espalier.checkpoint.WeightSource;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.model.description.TensorNames;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Compares a checkpoint with what its config.json calls for, before anything is computed. */
public final class WeightCheck {
  private final DecoderDescription decoder;
  private final WeightSource weights;

  WeightCheck(DecoderDescription decoder, WeightSource weights) {
    this.decoder = decoder;
    this.weights = weights;
  }

  /**
   * Checks that every tensor is there, has its shape, and is of a floating-point dtype; and small
   * ones for NaN.
   */
  void run() {
    TensorNames names = decoder.names();
    int hidden = decoder.hiddenSize();
    expect(names.embedding(), decoder.vocabularySize(), hidden);
    for (int block = 0; block < decoder.blockCount(); block++) {
      expect(names.weight(block, names.attention().norm()), hidden);
      expect(names.weight(block, names.mlp().norm()), hidden);
      for (LinearDescription linear : decoder.linears(block)) {
        expect(linear.name(), linear.outFeatures(), linear.inFeatures());
        if (linear.biasName() != null) {
          expect(linear.biasName(), linear.outFeatures());
        }
      }
    }
    expect(names.finalNorm(), hidden);
    if (!decoder.tiedHead()) {
      expect(names.head(), decoder.vocabularySize(), hidden);
    }
  }

  private void expect(String name, long... shape) {
    if (!weights.contains(name)) {
      throw new BadInputException(
          ("The checkpoint has no tensor \"%s\", which its config.json calls for; "
                  + "check that the model folder is complete.")
              .formatted(name));
    }
    TensorDescription tensor = weights.description(name);
    if (!tensor.shape().equals(Arrays.stream(shape).boxed().toList())) {
      throw new BadInputException(
          ("The tensor \"%s\" has shape %s where config.json calls for %s; "
                  + "check that both belong to the same model.")
              .formatted(name, tensor.shape(), Arrays.toString(shape)));
    }
    requireFloat(name, tensor.dtype());
    // Norms and biases are small; linears are checked when they are pruned.
    if (shape.length == 1) {
      try (Tensor small = weights.tensor(name)) {
        requireFinite(name, small);
      }
    }
  }

  public static void requireFinite(String name, Tensor tensor) {
    try (PointerScope scope = new PointerScope()) {
      if (!tensor.isfinite().all().item_bool()) {
        boolean narrow = tensor.scalar_type().intern() == ScalarType.Half;
        String problem = name + " has weights that are NaN or infinite; ";
        throw narrow
            ? new BadInputException(
                problem
                    + "choose a wider compute dtype than float16, or fetch the checkpoint again",
                Setting.COMPUTE_DTYPE)
            : new BadInputException(problem + "the checkpoint is damaged, fetch it again");
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
