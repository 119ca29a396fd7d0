package dev.espalier.job;

import dev.espalier.run.CalibrationSettings;
import dev.espalier.run.ComputeSettings;
import dev.espalier.run.PruningSettings;
import dev.espalier.search.AllocationChoice;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What to prune, and how.
 *
 * @param model a model folder, never written to
 * @param output the folder to write
 * @param overwrite whether an existing output may be replaced
 * @param allocation the rule that decides how much each block loses, or the search for the best
 * @param statistics a file that keeps what is measured of the dense model for the next run
 * @param evaluation texts to measure perplexity on, before and after; may be empty
 * @param compareUniform whether to measure a uniform allocation beside the chosen one
 */
public record PruneRequest(
    Path model,
    Path output,
    boolean overwrite,
    PruningSettings settings,
    AllocationChoice allocation,
    Optional<Path> statistics,
    CalibrationSettings calibration,
    List<Path> evaluation,
    ComputeSettings compute,
    boolean compareUniform) {
  public PruneRequest {
    evaluation = List.copyOf(evaluation);
  }
}
