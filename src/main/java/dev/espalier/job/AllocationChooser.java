package dev.espalier.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.Plural;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.evaluation.Perplexity;
import dev.espalier.report.PruneReport;
import dev.espalier.report.Trial;
import dev.espalier.run.LoadedModel;
import dev.espalier.run.PruningRun;
import dev.espalier.search.AllocationChoice;
import dev.espalier.search.AllocationSearch;
import dev.espalier.search.Candidates;
import dev.espalier.search.TrialJournal;
import dev.espalier.search.TrialRunner;
import dev.espalier.text.CalibrationDraw;
import dev.espalier.text.TokenWindows;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Settles the allocation of a pruning run: the one that was named, or the best of several. */
final class AllocationChooser {
  /** Trials take the first so many calibration windows, and as many held-out ones judge them. */
  static final int TRIAL_WINDOWS = 32;

  private AllocationChooser() {}

  /** The allocation, and what the others would have given where there was a choice. */
  record Choice(SparsityAllocation allocation, String criterion, List<Trial> trials) {
    PruneReport.Allocation report() {
      return new PruneReport.Allocation(
          allocation.name(), allocation.parameters(), criterion, trials);
    }
  }

  /** What allocations are judged by, where they compete. */
  static Optional<TokenWindows> heldOut(PruneRequest request, CalibrationDraw drawn) {
    return request.allocation() instanceof AllocationChoice.Auto
        ? Optional.of(drawn.heldOut(TRIAL_WINDOWS))
        : Optional.empty();
  }

  /**
   * The trials of an interrupted contest. They stay until the model is finished: only then is their
   * outcome safe. Those of another contest are discarded with the output that is overwritten.
   *
   * @param heldOut as {@link #heldOut} gave them
   * @param identity of the run
   */
  static TrialJournal journal(
      PruneRequest request, Optional<TokenWindows> heldOut, ObjectNode identity) {
    Path file = request.output().resolveSibling(request.output().getFileName() + ".trials.json");
    ObjectNode key = identity.deepCopy();
    heldOut.ifPresent(windows -> key.put("criterion", windows.digest()));
    boolean contest = request.allocation() instanceof AllocationChoice.Auto;
    return TrialJournal.open(file, key, request.overwrite() || !contest);
  }

  /**
   * @param heldOut as {@link #heldOut} gave them
   */
  static Choice choose(
      PruneRequest request,
      PruningRun run,
      LoadedModel loaded,
      Optional<TokenWindows> heldOut,
      TrialJournal journal) {
    if (request.allocation() instanceof AllocationChoice.Named named) {
      return new Choice(named.allocation(), "", List.of());
    }
    int wanted = ((AllocationChoice.Auto) request.allocation()).trials();
    int blocks = run.model().blockCount();
    double sparsity = run.settings().sparsity();
    Candidates space = new Candidates.Usual(wanted);
    TokenWindows criterion = heldOut.orElseThrow();
    int count = space.trials(sparsity, blocks);
    run.listener()
        .note(
            "%d allocations compete: each prunes the model on trial with %s and is measured on %s held out."
                .formatted(
                    count,
                    Plural.of(
                        Math.min(TRIAL_WINDOWS, run.calibration().count()), "calibration window"),
                    Plural.of(criterion.count(), "window")));
    if (journal.size() > 0) {
      run.listener()
          .note("Resuming after %s.".formatted(Plural.of(journal.size(), "finished trial")));
    }
    PruningRun trials = run.onTrial(TRIAL_WINDOWS);
    AllocationSearch search;
    try (TrialRunner runner =
        new TrialRunner(trials, loaded.folder().config(), loaded.weights(), criterion, false)) {
      trials.measure(space.needs());
      search = new AllocationSearch(runner, journal, count);
      search.search(space, sparsity, blocks);
    }
    return new Choice(
        search.best(),
        Perplexity.Protocol.of(criterion, run.model().placement().dtypeName()).toString(),
        search.trials());
  }
}
