package dev.espalier.report;

import dev.espalier.Plural;
import dev.espalier.pruning.BlockResult;
import dev.espalier.pruning.LinearResult;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * What a pruning run did.
 *
 * @param model the input folder
 * @param checkpoint its digest, which changes with its files' names and times, too
 * @param content the digest of its content alone
 * @param output the folder written
 * @param methodParameters by name; empty if it has none
 * @param allocation the rule that decided how much each block loses, with its parameters
 * @param calibration the text that was run through the model
 * @param targetSparsity what was asked for
 * @param keepsZeros whether weights that were zero had to stay so
 * @param origin where it comes from
 * @param seconds wall-clock time of the run, and before it of the phases of one that it goes on
 *     with
 * @param phases in the order in which they began
 * @param warnings what may make the result other than the user expects, a sentence each
 * @param notes what else the user was told, a sentence each
 */
public record PruneReport(
    String model,
    String checkpoint,
    String content,
    String output,
    String method,
    Map<String, Object> methodParameters,
    Allocation allocation,
    String pattern,
    String rounding,
    double targetSparsity,
    boolean keepsZeros,
    Calibration calibration,
    Compute compute,
    List<BlockResult> blocks,
    List<CorpusPerplexity> perplexity,
    Origin origin,
    double seconds,
    List<Phase> phases,
    List<String> warnings,
    List<String> notes) {

  /**
   * How the allocation came about.
   *
   * @param parameters by name
   * @param criterion what the trials were judged by; empty if the allocation was named
   * @param trials of all candidates, this one among them; empty if it was named
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
      return "%s, %s of %s, seed %d"
          .formatted(corpus, Plural.of(samples, "window"), Plural.of(seqLen, "token"), seed);
    }
  }

  /**
   * Where and how the model was computed.
   *
   * @param cuda what libtorch could compute with on CUDA ({@link
   *     dev.espalier.device.CudaNumerics#choices}); empty on the CPU
   */
  public record Compute(String device, String dtype, int threads, SortedMap<String, Boolean> cuda) {
    public Compute {
      cuda = Collections.unmodifiableSortedMap(new TreeMap<>(cuda));
    }
  }

  /**
   * A part of the run.
   *
   * @param seconds wall-clock time, of all its stretches together
   * @param peakBytes the largest resident memory of the process meanwhile, mapped files included;
   *     that of the process so far where the system counts no other; 0 if unknown
   */
  public record Phase(String name, double seconds, long peakBytes) {
    /** This and a further stretch of it. */
    public Phase and(Phase more) {
      return new Phase(name, seconds + more.seconds, Math.max(peakBytes, more.peakBytes));
    }
  }

  public PruneReport {
    phases = List.copyOf(phases);
    blocks = List.copyOf(blocks);
    perplexity = List.copyOf(perplexity);
    warnings = List.copyOf(warnings);
    notes = List.copyOf(notes);
  }

  /** What each linear has achieved. */
  public LinearSparsities sparsities() {
    return LinearSparsities.of(this);
  }

  /** Such as {@code sparsegpt (block_size 128, damping 0.01)}. */
  public String describeMethod() {
    return Trial.describe(method, methodParameters);
  }

  /** The largest of the phases' peaks; 0 if unknown. */
  public long peakBytes() {
    return phases.stream().mapToLong(Phase::peakBytes).max().orElse(0);
  }

  /** How many prunable weights there are. */
  public long weights() {
    return blocks.stream().mapToLong(BlockResult::weights).sum();
  }

  /** The sum of something over all linears. */
  public long sum(ToLongFunction<LinearResult> number) {
    return blocks.stream().flatMap(block -> block.linears().stream()).mapToLong(number).sum();
  }

  /** The pruned fraction of all prunable weights. */
  public double achievedSparsity() {
    return (double) blocks.stream().mapToLong(BlockResult::zeros).sum() / weights();
  }
}
