package dev.espalier.run;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import dev.espalier.kernels.Rounding;
import dev.espalier.pruning.PruningMethod;
import dev.espalier.pruning.SparsityPattern;

/**
 * What is done to a model's weights, whatever the allocation.
 *
 * @param sparsity target for the whole model, in [0, 1); of an N:M pattern, the pattern's
 * @param rounding EXACT, or PUBLISHED to count, clamp and average as the published code does
 */
public record PruningSettings(
    PruningMethod method, SparsityPattern pattern, double sparsity, Rounding rounding) {
  public PruningSettings {
    if (!(sparsity >= 0 && sparsity < 1)) {
      throw new BadInputException(
          "the sparsity is " + sparsity + "; it must be at least 0 and less than 1, such as 0.7",
          Setting.SPARSITY);
    }
    if (!(pattern instanceof SparsityPattern.Unstructured) && !method.supportsNofM()) {
      throw new BadInputException(
          "the method "
              + method.name()
              + " cannot make N:M patterns; use magnitude, wanda or sparsegpt",
          Setting.METHOD);
    }
  }
}
