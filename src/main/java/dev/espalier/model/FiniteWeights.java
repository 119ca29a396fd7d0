package dev.espalier.model;

import dev.espalier.BadInputException;
import dev.espalier.checkpoint.WeightSource;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** A look at tensors as the checkpoint has them: with NaN or infinity, nothing comes of a model. */
final class FiniteWeights {
  private FiniteWeights() {}

  /**
   * @throws BadInputException if the tensor holds a number that is not finite
   */
  static void require(String name, WeightSource weights) {
    try (PointerScope scope = new PointerScope()) {
      Tensor tensor = weights.tensor(name);
      if (tensor.numel() == 0) {
        return;
      }
      // Unlike isfinite they take no memory, and a NaN comes through as both.
      if (!(Double.isFinite(tensor.min().item_double())
          && Double.isFinite(tensor.max().item_double()))) {
        throw new BadInputException(
            name
                + " has weights that are NaN or infinite; the checkpoint is damaged, fetch it again");
      }
    }
  }
}
