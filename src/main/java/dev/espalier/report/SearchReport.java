package dev.espalier.report;

import dev.espalier.evaluation.Perplexity;
import java.util.List;
import java.util.Map;

/**
 * What a search found.
 *
 * @param methodParameters by name; empty if it has none
 * @param criterion what the trials were judged by
 * @param testCriterion whether that is a test text, which a choice should not have seen
 * @param trials those of an allocation together, by its parameters
 * @param best the trial with the lowest perplexity
 * @param sparsities what the best allocation gives each linear
 * @param origin where it comes from
 */
public record SearchReport(
    String model,
    String method,
    Map<String, Object> methodParameters,
    String pattern,
    double sparsity,
    PruneReport.Calibration calibration,
    Perplexity.Protocol criterion,
    boolean testCriterion,
    List<Trial> trials,
    Trial best,
    LinearSparsities sparsities,
    Origin origin,
    double seconds) {
  public SearchReport {
    trials = List.copyOf(trials);
  }

  /** Such as {@code sparsegpt (block_size 128, damping 0.01)}. */
  public String describeMethod() {
    return Trial.describe(method, methodParameters);
  }

  /** What the choice has looked at, as a sentence. */
  public String judge() {
    return testCriterion
        ? "The published criterion: the choice has seen the test text."
        : "Held-out text of the calibration corpus: no test text was looked at.";
  }
}
