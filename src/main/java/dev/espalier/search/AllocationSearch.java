package dev.espalier.search;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.allocation.UniformAllocation;
import dev.espalier.report.Trial;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeSet;

/**
 * Lets allocations compete: each prunes the model on trial, and the lowest perplexity on the
 * criterion's windows wins.
 */
public final class AllocationSearch {
  private final Trials runner;
  private final TrialJournal journal;
  private final int planned;
  private final List<Trial> trials = new ArrayList<>();
  private SparsityAllocation best;
  private Trial bestTrial;
  private double bestAtHalf;

  /**
   * @param runner makes the trials that the journal does not have
   * @param planned how many trials there will be, for people
   */
  public AllocationSearch(Trials runner, TrialJournal journal, int planned) {
    this.runner = runner;
    this.journal = journal;
    this.planned = planned;
  }

  /**
   * Tries all of a space, uniform first.
   *
   * @param sparsity the model's target
   * @param blocks how many blocks the model has
   * @throws BadInputException if none gives a perplexity
   */
  public void search(Candidates space, double sparsity, int blocks) {
    trial(new UniformAllocation());
    space.search(sparsity, blocks, this::trial);
    if (Double.isNaN(bestTrial.perplexity())) {
      journal.remove(); // there is nothing to go on with
      throw new BadInputException(
          "no allocation leaves a model whose perplexity can be measured; lower the sparsity, or take"
              + " another compute dtype",
          Setting.SPARSITY,
          Setting.COMPUTE_DTYPE);
    }
  }

  /** The perplexity of an allocation; of one that stopped early, an estimate. */
  private double trial(SparsityAllocation allocation) {
    for (Trial known : trials) {
      if (known.isOf(allocation.name(), allocation.parameters())) {
        return known.perplexity();
      }
    }
    TrialJournal.Entry entry =
        journal
            .find(allocation)
            .filter(this::holds)
            .orElseGet(() -> journal.add(attempt(allocation)));
    Trial trial = entry.trial().stopped() ? estimated(entry) : entry.trial();
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

  /** A trial that was stopped by another search's best need not be worse than this one's. */
  private boolean holds(TrialJournal.Entry entry) {
    return !entry.trial().stopped() || bar().isPresent() && entry.atHalf() > bar().getAsDouble();
  }

  private OptionalDouble bar() {
    return bestTrial == null || Double.isNaN(bestTrial.perplexity())
        ? OptionalDouble.empty()
        : OptionalDouble.of(bestAtHalf);
  }

  private TrialJournal.Entry attempt(SparsityAllocation allocation) {
    String task = "Trial %d of %d".formatted(trials.size() + 1, planned);
    Trials.Outcome outcome = runner.make(task, allocation, bar());
    return new TrialJournal.Entry(
        new Trial(
            allocation.name(),
            allocation.parameters(),
            outcome.perplexity().orElse(outcome.firstHalf()),
            outcome.perplexity().isEmpty()),
        outcome.firstHalf());
  }

  /**
   * What a trial that stopped would have given if it stayed behind the best by the same factor.
   * Unlike its perplexity on half of the windows, that compares with the others' on all of them.
   */
  private Trial estimated(TrialJournal.Entry entry) {
    return entry.trial().with(entry.atHalf() / bestAtHalf * bestTrial.perplexity());
  }

  /** Those of an allocation together, by its parameters. */
  public List<Trial> trials() {
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

  public SparsityAllocation best() {
    return best;
  }

  public Trial bestTrial() {
    return bestTrial;
  }
}
