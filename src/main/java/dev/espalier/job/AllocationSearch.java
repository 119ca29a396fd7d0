package dev.espalier.job;

import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.allocation.UniformAllocation;
import dev.espalier.report.Trial;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Lets allocations compete: each prunes the model on trial, and the lowest perplexity on the
 * criterion's windows wins. What does not depend on the trial is computed once.
 */
final class AllocationSearch {
  private final PruneRun run;
  private final TrialRunner runner;
  private final TrialJournal journal;
  private final int planned;
  private final List<Trial> trials = new ArrayList<>();
  private SparsityAllocation best;
  private Trial bestTrial;
  private double bestAtHalf;

  /**
   * @param planned how many trials there will be, for people
   */
  AllocationSearch(PruneRun run, TrialRunner runner, TrialJournal journal, int planned) {
    this.run = run;
    this.runner = runner;
    this.journal = journal;
    this.planned = planned;
  }

  /** Tries all of a space, uniform first. */
  void search(SearchSpace space) {
    double sparsity = run.settings().sparsity();
    int blocks = run.model().blockCount();
    run.measure(space.needs());
    trial(new UniformAllocation());
    space.search(sparsity, blocks, this::trial);
  }

  /** The perplexity of an allocation; of one that stopped early, as far as it is known. */
  private double trial(SparsityAllocation allocation) {
    for (Trial known : trials) {
      if (sameAs(known, allocation)) {
        return known.perplexity();
      }
    }
    TrialJournal.Entry entry =
        journal.find(allocation).orElseGet(() -> journal.add(attempt(allocation)));
    Trial trial = entry.trial();
    trials.add(trial);
    if (!trial.stopped() && (bestTrial == null || trial.perplexity() < bestTrial.perplexity())) {
      best = allocation;
      bestTrial = trial;
      bestAtHalf = entry.atHalf();
    }
    return trial.perplexity();
  }

  private TrialJournal.Entry attempt(SparsityAllocation allocation) {
    OptionalDouble bar = bestTrial == null ? OptionalDouble.empty() : OptionalDouble.of(bestAtHalf);
    String task = "Trial %d of %d".formatted(trials.size() + 1, planned);
    TrialRunner.Outcome outcome = runner.run(task, run.plan(allocation), bar);
    return new TrialJournal.Entry(
        new Trial(
            allocation.name(),
            allocation.parameters(),
            outcome.perplexity().orElse(outcome.firstHalf()),
            outcome.perplexity().isEmpty()),
        outcome.firstHalf());
  }

  static boolean sameAs(Trial trial, SparsityAllocation allocation) {
    // As text, since JSON may hold a number in another type.
    return trial.allocation().equals(allocation.name())
        && new TreeMap<>(trial.parameters())
            .toString()
            .equals(new TreeMap<>(allocation.parameters()).toString());
  }

  List<Trial> trials() {
    return List.copyOf(trials);
  }

  SparsityAllocation best() {
    return best;
  }

  Trial bestTrial() {
    return bestTrial;
  }
}
