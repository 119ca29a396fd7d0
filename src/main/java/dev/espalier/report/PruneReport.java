package dev.espalier.report;

import dev.espalier.pruning.BlockResult;
import dev.espalier.pruning.LinearResult;
import java.util.List;
import java.util.Map;

/**
 * What a pruning run did.
 *
 * @param model the input folder
 * @param output the folder written
 * @param allocation the rule that decided how much each block loses, with its parameters
 * @param calibration the text that was run through the model
 * @param targetSparsity what was asked for
 * @param seconds wall-clock time per phase, in order
 * @param peakBytes the largest resident memory of the process, mapped files included; 0 if unknown
 * @param notes what the user should know, a sentence each
 */
public record PruneReport(
    String model,
    String output,
    String method,
    Allocation allocation,
    String pattern,
    String rounding,
    double targetSparsity,
    Calibration calibration,
    Compute compute,
    List<BlockResult> blocks,
    List<CorpusPerplexity> perplexity,
    Map<String, Double> seconds,
    long peakBytes,
    List<String> notes) {

  /**
   * How the allocation came about.
   *
   * @param parameters by name
   * @param criterion what the trials were judged by; empty if the allocation was named
   * @param trials of the allocations that competed, this one among them; empty if it was named
   */
  public record Allocation(
      String name, Map<String, Object> parameters, String criterion, List<Trial> trials) {
    public Allocation {
      trials = List.copyOf(trials);
    }

    /** Such as {@code dlp (alpha 0.15)}. */
    public String describe() {
      return Trial.describe(name, parameters);
    }
  }

  /** What was run through the model to calibrate; digest is of the token ids. */
  public record Calibration(String corpus, int samples, int seqLen, long seed, String digest) {
    /** Such as {@code train.txt, 128 windows of 2048 tokens, seed 0}. */
    public String describe() {
      return "%s, %d windows of %d tokens, seed %d".formatted(corpus, samples, seqLen, seed);
    }
  }

  /** Where and how the model was computed. */
  public record Compute(String device, String dtype, int threads) {}

  public PruneReport {
    blocks = List.copyOf(blocks);
    perplexity = List.copyOf(perplexity);
    notes = List.copyOf(notes);
  }

  /** The pruned fraction of all prunable weights. */
  public double achievedSparsity() {
    long zeros = blocks.stream().mapToLong(BlockResult::zeros).sum();
    return (double) zeros / blocks.stream().mapToLong(BlockResult::weights).sum();
  }

  /** Linears whose Hessian needed more damping than was asked for. */
  public List<LinearResult> dampedLinears(double asked) {
    return blocks.stream()
        .flatMap(block -> block.linears().stream())
        .filter(linear -> linear.error().damping() > asked)
        .toList();
  }
}
