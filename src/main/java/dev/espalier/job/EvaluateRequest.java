package dev.espalier.job;

import dev.espalier.run.ComputeSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * Which model to measure, and on what.
 *
 * @param seqLen tokens per window; absent for the usual 2048 or the model's maximum
 */
public record EvaluateRequest(
    Path model, List<Path> evaluation, OptionalInt seqLen, ComputeSettings compute) {
  public EvaluateRequest {
    evaluation = List.copyOf(evaluation);
  }
}
