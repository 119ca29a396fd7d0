package dev.espalier.job;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import dev.espalier.run.ComputeSettings;
import dev.espalier.text.TextSource;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Which model to measure, and on what.
 *
 * @param model a Hugging Face model folder, or in its place a name on the Hub
 * @param evaluation the texts, at least one
 * @param seqLen tokens per window; absent for the usual 2048 or the model's maximum
 * @param compute where and in which precision
 */
public record EvaluateRequest(
    Path model, List<TextSource> evaluation, OptionalInt seqLen, ComputeSettings compute) {
  public EvaluateRequest {
    evaluation = List.copyOf(evaluation);
    if (evaluation.isEmpty()) {
      throw new BadInputException("there is no text to measure on; give one", Setting.EVALUATION);
    }
  }

  /** With windows of the usual length, wherever it is fastest. */
  public static EvaluateRequest of(Path model, Path... texts) {
    return new EvaluateRequest(
        model,
        Stream.of(texts).map(TextSource::of).toList(),
        OptionalInt.empty(),
        ComputeSettings.USUAL);
  }
}
