package dev.espalier.job;

import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.run.CalibrationSettings;
import dev.espalier.run.ComputeSettings;
import dev.espalier.run.PruningSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Which allocations to look at, without pruning.
 *
 * @param allocations each made for a model of so many blocks
 * @param statistics a file that keeps what is measured of the dense model for the next run
 * @param calibration absent if no allocation is to look at a text, and no statistics are kept
 * @param output a page to write, with JSON beside it; absent for none
 */
public record AllocateRequest(
    Path model,
    PruningSettings settings,
    List<IntFunction<SparsityAllocation>> allocations,
    Optional<Path> statistics,
    Optional<CalibrationSettings> calibration,
    Optional<Path> output,
    ComputeSettings compute) {
  public AllocateRequest {
    allocations = List.copyOf(allocations);
  }
}
