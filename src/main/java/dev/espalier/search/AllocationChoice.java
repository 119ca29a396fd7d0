package dev.espalier.search;

import dev.espalier.BadInputException;
import dev.espalier.Listing;
import dev.espalier.Setting;
import dev.espalier.allocation.AllocationCatalogue;
import dev.espalier.allocation.AllocationKind;
import dev.espalier.allocation.NumberParameter;
import dev.espalier.allocation.Parameter;
import dev.espalier.allocation.ParameterValues;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.evaluation.Perplexity;
import dev.espalier.evaluation.PerplexityMeter;
import dev.espalier.forward.Footprint;
import dev.espalier.report.PruneReport;
import dev.espalier.report.Trial;
import dev.espalier.run.MemoryPlan;
import dev.espalier.run.OpenedRun;
import dev.espalier.run.PruningRun;
import dev.espalier.text.TokenWindows;
import java.util.List;
import java.util.Optional;

/** How the allocation of a run comes about. */
public sealed interface AllocationChoice {
  /** For reports and names of folders. */
  String name();

  /** Those of its allocations that are known beforehand. */
  default List<SparsityAllocation> known() {
    return List.of();
  }

  /**
   * What candidates are judged by; absent where there is nothing to choose.
   *
   * @throws BadInputException if the calibration corpus has nothing left for it
   */
  Optional<TokenWindows> criterion(OpenedRun opened);

  /**
   * How often a window will be passed through a block for that, about.
   *
   * @param criterion as {@link #criterion} gave it
   */
  default long passes(PruningRun run, Optional<TokenWindows> criterion) {
    return 0;
  }

  /**
   * What the trials take where there are some.
   *
   * @param criterion as {@link #criterion} gave it
   */
  default Optional<Footprint> trials(
      PruningRun run, Optional<TokenWindows> criterion, MemoryPlan memory) {
    return Optional.empty();
  }

  /** Which allocations may have to be measured for. */
  default List<SparsityAllocation> candidates(PruningRun run) {
    return known();
  }

  /**
   * Settles it.
   *
   * @param criterion as {@link #criterion} gave it
   * @param journal the trials that an interrupted run has left
   * @throws BadInputException if no candidate can be measured
   */
  Settled settle(PruningRun run, Optional<TokenWindows> criterion, TrialJournal journal);

  /**
   * The allocation, and what the others would have given where there was a choice.
   *
   * @param report the same as people are told it
   */
  record Settled(SparsityAllocation allocation, PruneReport.Allocation report) {
    private static Settled of(SparsityAllocation allocation, String criterion, List<Trial> trials) {
      return new Settled(
          allocation,
          new PruneReport.Allocation(
              allocation.name(), allocation.parameters(), criterion, trials));
    }
  }

  /** The user named it. */
  record Named(SparsityAllocation allocation) implements AllocationChoice {
    @Override
    public String name() {
      return allocation.name();
    }

    @Override
    public List<SparsityAllocation> known() {
      return List.of(allocation);
    }

    @Override
    public Optional<TokenWindows> criterion(OpenedRun opened) {
      return Optional.empty();
    }

    @Override
    public Settled settle(PruningRun run, Optional<TokenWindows> criterion, TrialJournal journal) {
      return Settled.of(allocation, "", List.of());
    }
  }

  /**
   * The user named it, and not a parameter that has no default: it follows from the model, as where
   * allocations are only shown.
   */
  record Open(AllocationKind kind) implements AllocationChoice {
    @Override
    public String name() {
      return kind.name();
    }

    @Override
    public Optional<TokenWindows> criterion(OpenedRun opened) {
      return Optional.empty();
    }

    @Override
    public Settled settle(PruningRun run, Optional<TokenWindows> criterion, TrialJournal journal) {
      SparsityAllocation allocation =
          kind.usual().of(run.settings().sparsity(), run.model().blockCount());
      Settled settled = Settled.of(allocation, "", List.of());
      run.notes()
          .note(
              "The allocation is %s: %s is not given, and %s is taken."
                  .formatted(
                      settled.report().describe(),
                      Listing.and(
                          kind.missing(ParameterValues.DEFAULTS).stream()
                              .map(Parameter::key)
                              .toList()),
                      kind.missing(ParameterValues.DEFAULTS)
                          .flatMap(AllocationChoice::otherwise)
                          .orElse("what suits the model")));
      return settled;
    }

    @Override
    public String toString() {
      return "Open[" + kind.name() + "]"; // it identifies an unfinished run
    }
  }

  private static Optional<String> otherwise(Parameter<?> parameter) {
    return parameter instanceof NumberParameter number ? number.otherwise() : Optional.empty();
  }

  /**
   * The best of the usual ones on a held-out slice of the calibration corpus.
   *
   * @param trials how many are tried at most, at least 1
   */
  record Auto(int trials) implements AllocationChoice {
    /** All of the usual ones. */
    public static final int USUAL_TRIALS = AllocationCatalogue.usualCount();

    /** Trials take the first so many calibration windows, and as many held-out ones judge them. */
    private static final int WINDOWS = 32;

    public Auto {
      if (trials < 1) {
        throw new BadInputException(
            "the number of trials is " + trials + "; at least 1 is needed", Setting.TRIALS);
      }
      if (trials > USUAL_TRIALS) {
        throw new BadInputException(
            "the number of trials is %d, but there are %d candidates; a search takes those it is given"
                .formatted(trials, USUAL_TRIALS),
            Setting.TRIALS);
      }
    }

    @Override
    public String name() {
      return "auto";
    }

    @Override
    public Optional<TokenWindows> criterion(OpenedRun opened) {
      return Optional.of(opened.heldOut(WINDOWS));
    }

    @Override
    public List<SparsityAllocation> candidates(PruningRun run) {
      return AllocationCatalogue.usual(run.settings().sparsity(), run.model().blockCount())
          .subList(0, trials);
    }

    @Override
    public Optional<Footprint> trials(
        PruningRun run, Optional<TokenWindows> criterion, MemoryPlan memory) {
      return criterion.map(windows -> TrialRunner.footprint(run.onTrial(WINDOWS), windows, memory));
    }

    @Override
    public long passes(PruningRun run, Optional<TokenWindows> criterion) {
      List<SparsityAllocation> candidates = candidates(run);
      long judging =
          PerplexityMeter.passes(run.model()) * criterion.map(TokenWindows::count).orElse(0);
      return run.measuringPasses(candidates)
          + run.onTrial(WINDOWS).pruningPasses(trials)
          + trials * judging;
    }

    @Override
    public Settled settle(PruningRun run, Optional<TokenWindows> criterion, TrialJournal journal) {
      TokenWindows judged = criterion.orElseThrow();
      tellWhatIsLeftOut(run);
      AllocationSearch search =
          AllocationSearch.over(
              new Candidates.Usual(trials), run.onTrial(WINDOWS), judged, false, journal);
      return Settled.of(
          search.best(),
          Perplexity.Protocol.of(judged, run.model().placement().dtypeName()).toString(),
          search.trials());
    }

    private void tellWhatIsLeftOut(PruningRun run) {
      List<String> all =
          AllocationCatalogue.usual(run.settings().sparsity(), run.model().blockCount()).stream()
              .map(allocation -> Trial.failed(allocation).describe())
              .toList();
      if (trials < all.size()) {
        run.notes()
            .note(
                "Tried are the first %d of %d candidates, %s; not tried are %s."
                    .formatted(
                        trials,
                        all.size(),
                        Listing.and(all.subList(0, trials)),
                        Listing.and(all.subList(trials, all.size()))));
      }
    }
  }
}
