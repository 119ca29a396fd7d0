package dev.espalier.job;

import dev.espalier.run.CalibrationSettings;
import dev.espalier.run.ComputeSettings;
import dev.espalier.run.PruningSettings;
import dev.espalier.search.Candidates;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which allocations to try on which model.
 *
 * @param statistics a file that keeps what is measured of the dense model for the next run
 * @param test a text to judge by, as the published search does; absent for held-out windows of the
 *     calibration corpus
 * @param windows how many of the criterion's windows at most
 * @param exhaustive whether trials that are worse at half of the windows go on
 * @param output the file to write the best allocation to
 */
public record SearchRequest(
    Path model,
    PruningSettings settings,
    Candidates space,
    Optional<Path> statistics,
    CalibrationSettings calibration,
    Optional<Path> test,
    int windows,
    boolean exhaustive,
    Path output,
    ComputeSettings compute) {}
