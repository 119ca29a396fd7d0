package dev.espalier.job;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import dev.espalier.allocation.FileAllocation;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.allocation.UniformAllocation;
import dev.espalier.checkpoint.ModelSource;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.run.CalibrationSettings;
import dev.espalier.run.ComputeSettings;
import dev.espalier.run.PruningSettings;
import dev.espalier.run.RunSettings;
import dev.espalier.search.AllocationChoice;
import dev.espalier.text.TextSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What to prune, and how. {@link #builder} makes one; what is not set is as on the command line.
 *
 * @param run model, method, calibration text, device
 * @param output the folder to write
 * @param overwrite whether an existing output may be replaced
 * @param allocation the rule that decides how much each block loses, or the search for the best
 * @param evaluation texts to measure perplexity on, before and after; may be empty
 * @param compareUniform whether to measure a uniform allocation beside the chosen one
 */
public record PruneRequest(
    RunSettings run,
    Path output,
    boolean overwrite,
    AllocationChoice allocation,
    List<TextSource> evaluation,
    boolean compareUniform) {
  public PruneRequest {
    evaluation = List.copyOf(evaluation);
    boolean uniform =
        allocation instanceof AllocationChoice.Named named
            && named.allocation() instanceof UniformAllocation;
    if (run.pruning().pattern() instanceof SparsityPattern.NofM nofM
        && !uniform
        && FileAllocation.among(allocation.known()).stream()
            .noneMatch(file -> file.gives(nofM.sparsity()))) {
      throw new BadInputException(
          ("the pattern %d:%d removes the same share everywhere, so the allocation %s cannot apply;"
                  + " leave it out, or take the mixed pattern N:%d")
              .formatted(nofM.keep(), nofM.group(), allocation.name(), nofM.group()),
          Setting.ALLOCATION,
          Setting.PATTERN);
    }
    if (compareUniform && evaluation.isEmpty()) {
      throw new BadInputException(
          "to compare with uniform takes a text to compare on; give one for evaluation",
          Setting.EVALUATION);
    }
    compareUniform = compareUniform && !uniform;
  }

  /** The model's folder, never written to, or its name on the Hub. */
  public Path model() {
    return run.model();
  }

  /** What is done to the weights. */
  public PruningSettings settings() {
    return run.pruning();
  }

  /** The text that is run through the model. */
  public CalibrationSettings calibration() {
    return run.text();
  }

  /** A file that keeps what is measured of the dense model for the next run. */
  public Optional<Path> statistics() {
    return run.statistics();
  }

  /** Where and in which precision. */
  public ComputeSettings compute() {
    return run.compute();
  }

  /**
   * Begins a request.
   *
   * @param model a Hugging Face model folder, or in its place a name on the Hub
   */
  public static Builder builder(Path model) {
    return new Builder(model);
  }

  /** Collects what a pruning is to be. */
  public static final class Builder extends RunSettings.Builder<Builder> {
    private Optional<Path> output = Optional.empty();
    private boolean overwrite;
    private Optional<AllocationChoice> allocation = Optional.empty();
    private List<Path> evaluation = List.of();
    private boolean compareUniform;

    private Builder(Path model) {
      super(model);
    }

    @Override
    protected Builder self() {
      return this;
    }

    /** The folder to write; {@code pruned/MODEL-METHOD-ALLOCATION-SPARSITY} if not set. */
    public Builder output(Path folder) {
      output = Optional.of(folder);
      return this;
    }

    /** Whether an existing output may be replaced; not, if not set. */
    public Builder overwrite(boolean value) {
      overwrite = value;
      return this;
    }

    /** How much each block loses. */
    public Builder allocation(SparsityAllocation rule) {
      return allocation(new AllocationChoice.Named(rule));
    }

    /** How that comes about; the best of the usual ones if not set, of an N:M pattern uniform. */
    public Builder allocation(AllocationChoice choice) {
      allocation = Optional.of(choice);
      return this;
    }

    /** Texts to measure perplexity on, before and after; none if not set. */
    public Builder evaluate(Path... texts) {
      return evaluate(List.of(texts));
    }

    /** Texts to measure perplexity on, before and after; none if not set. */
    public Builder evaluate(List<Path> texts) {
      evaluation = texts;
      return this;
    }

    /** Whether to measure a uniform allocation, too, on the same texts; not, if not set. */
    public Builder compareUniform(boolean value) {
      compareUniform = value;
      return this;
    }

    /**
     * The request.
     *
     * @throws BadInputException if its parts are impossible or contradict each other
     */
    public PruneRequest build() {
      RunSettings run =
          calibratedSettings(allocation.map(AllocationChoice::known).orElse(List.of()));
      AllocationChoice choice = allocation.orElseGet(() -> usual(run.pruning().pattern()));
      return new PruneRequest(
          run,
          output.orElseGet(() -> usualOutput(run, choice)),
          overwrite,
          choice,
          evaluation.stream().map(this::source).toList(),
          compareUniform);
    }

    private static AllocationChoice usual(SparsityPattern pattern) {
      return pattern instanceof SparsityPattern.NofM
          ? new AllocationChoice.Named(new UniformAllocation())
          : new AllocationChoice.Auto(AllocationChoice.Auto.USUAL_TRIALS);
    }

    private static Path usualOutput(RunSettings run, AllocationChoice allocation) {
      PruningSettings pruning = run.pruning();
      return Path.of(
          "pruned",
          "%s-%s-%s-%s"
              .formatted(
                  ModelSource.shortName(run.model()),
                  pruning.method().name(),
                  allocation.name(),
                  run.stored().ownTotals(pruning.pattern())
                      ? stem(run.stored().files().get(0).file())
                      : pruning.pattern().label(pruning.sparsity())));
    }

    /** What its total is, is known with the model. */
    private static String stem(Path file) {
      return file.getFileName().toString().replaceFirst("\\.json$", "");
    }
  }
}
