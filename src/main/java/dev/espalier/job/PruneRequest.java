package dev.espalier.job;

import dev.espalier.BadInputException;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.kernels.Rounding;
import dev.espalier.pruning.PruningMethod;
import dev.espalier.pruning.SparsityPattern;
import java.nio.file.Path;
import java.util.List;

/**
 * What to prune, and how.
 *
 * @param model a model folder, never written to
 * @param output the folder to write
 * @param overwrite whether an existing output may be replaced
 * @param sparsity target for the whole model, in [0, 1); of an N:M pattern, the pattern's
 * @param rounding EXACT, or PUBLISHED to count, clamp and average as the published code does
 * @param evaluation texts to measure perplexity on, before and after; may be empty
 * @param compareUniform whether to measure a uniform allocation beside the chosen one
 */
public record PruneRequest(
    Path model,
    Path output,
    boolean overwrite,
    PruningMethod method,
    SparsityPattern pattern,
    SparsityAllocation allocation,
    double sparsity,
    Rounding rounding,
    CalibrationSettings calibration,
    List<Path> evaluation,
    ComputeSettings compute,
    boolean compareUniform) {
  public PruneRequest {
    evaluation = List.copyOf(evaluation);
    if (!(sparsity >= 0 && sparsity < 1)) {
      throw new BadInputException(
          "the sparsity is " + sparsity + "; it must be at least 0 and less than 1, such as 0.7");
    }
    if (!(pattern instanceof SparsityPattern.Unstructured) && !method.supportsNofM()) {
      throw new BadInputException(
          "the method "
              + method.name()
              + " cannot make N:M patterns; use magnitude, wanda or"
              + " sparsegpt");
    }
  }
}
