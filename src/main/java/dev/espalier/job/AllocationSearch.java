package dev.espalier.job;

import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.allocation.UniformAllocation;
import dev.espalier.report.Trial;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.TreeSet;

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

  /** The perplexity of an allocation; of one that stopped early, an estimate. */
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
    // Double.compare: to be not a number is worse than anything.
    if (!trial.stopped()
        && (bestTrial == null || Double.compare(trial.perplexity(), bestTrial.perplexity()) < 0)) {
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
            outcome.perplexity().orElseGet(() -> estimate(outcome.firstHalf())),
            outcome.perplexity().isEmpty()),
        outcome.firstHalf());
  }

  /**
   * What a trial that stopped would have given if it stayed behind the best by the same factor.
   * Unlike its perplexity on half of the windows, that compares with the others' on all of them.
   */
  private double estimate(double atHalf) {
    return atHalf / bestAtHalf * bestTrial.perplexity();
  }

  static boolean sameAs(Trial trial, SparsityAllocation allocation) {
    // As text, since JSON may hold a number in another type.
    return trial.allocation().equals(allocation.name())
        && new TreeMap<>(trial.parameters())
            .toString()
            .equals(new TreeMap<>(allocation.parameters()).toString());
  }

  /** Those of an allocation together, by its parameters. */
  List<Trial> trials() {
    List<String> allocations = trials.stream().map(Trial::allocation).distinct().toList();
    return trials.stream()
        .sorted(
            Comparator.comparing((Trial trial) -> allocations.indexOf(trial.allocation()))
                .thenComparing(Trial::parameters, AllocationSearch::compareParameters))
        .toList();
  }

  /** Of one allocation: the same names. */
  private static int compareParameters(Map<String, Object> first, Map<String, Object> second) {
    for (String name : new TreeSet<>(first.keySet())) {
      int order =
          first.get(name) instanceof Number one && second.get(name) instanceof Number other
              ? Double.compare(one.doubleValue(), other.doubleValue())
              : first.get(name).toString().compareTo(second.get(name).toString());
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  SparsityAllocation best() {
    return best;
  }

  Trial bestTrial() {
    return bestTrial;
  }
}
