package dev.espalier.search;

import dev.espalier.BadInputException;
import dev.espalier.EspalierException;
import dev.espalier.Listing;
import dev.espalier.Plural;
import dev.espalier.Setting;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.allocation.UniformAllocation;
import dev.espalier.report.Trial;
import dev.espalier.run.PruningRun;
import dev.espalier.text.TokenWindows;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeSet;

/**
 * Tries candidates: each prunes the model on trial, and the lowest perplexity on the criterion's
 * windows is the best.
 */
public final class AllocationSearch {
  private final Trier trier;
  private final TrialJournal journal;
  private final int planned;
  private final List<Trial> trials = new ArrayList<>();
  private final Map<List<Number>, Trial> byAmounts = new HashMap<>();
  private SparsityAllocation best;
  private Trial bestTrial;

  /** Finds out what a candidate would give. */
  interface Trier {
    /**
     * Tries a candidate.
     *
     * @param task what the trial is called, for people
     * @param bar the best trial's perplexity on the first half of the windows; a worse trial may
     *     stop there
     */
    Trial attempt(String task, SparsityAllocation candidate, OptionalDouble bar);

    /** How much a candidate takes of each linear; those that take the same are tried once. */
    default Optional<List<Number>> amounts(SparsityAllocation candidate) {
      return Optional.empty();
    }

    /** Why the first candidate that could not be measured could not. */
    default Optional<EspalierException> fault() {
      return Optional.empty();
    }
  }

  /**
   * @param trier makes the trials that the journal does not have
   * @param planned how many trials there will be, for people
   */
  AllocationSearch(Trier trier, TrialJournal journal, int planned) {
    this.trier = trier;
    this.journal = journal;
    this.planned = planned;
  }

  /**
   * Searches among candidates.
   *
   * @param run with the calibration windows that trials take
   * @param criterion the windows they are measured on
   * @param exhaustive whether trials that are worse at half of the windows go on
   * @param journal keeps the trials; stays the caller's
   * @throws BadInputException if none gives a perplexity
   */
  public static AllocationSearch over(
      Candidates candidates,
      PruningRun run,
      TokenWindows criterion,
      boolean exhaustive,
      TrialJournal journal) {
    double sparsity = run.settings().sparsity();
    int blocks = run.model().blockCount();
    int count = candidates.count(sparsity, blocks);
    run.notes()
        .note(
            "%s: each prunes the model on trial with %s and is measured on %s of %s."
                .formatted(
                    Plural.of(count, "candidate"),
                    Plural.of(run.calibration().count(), "calibration window"),
                    Plural.of(criterion.count(), "window"),
                    criterion.source()));
    if (journal.size() > 0) {
      run.notes().note("Resuming after %s.".formatted(Plural.of(journal.size(), "finished trial")));
    }
    try (TrialRunner runner = new TrialRunner(run, criterion, exhaustive)) {
      run.measure(candidates.needs());
      AllocationSearch search = new AllocationSearch(runner, journal, count);
      search.search(candidates, sparsity, blocks);
      return search;
    }
  }

  /**
   * Tries all candidates, uniform first.
   *
   * @param sparsity the model's target
   * @param blocks how many blocks the model has
   * @throws BadInputException if none gives a perplexity
   */
  void search(Candidates candidates, double sparsity, int blocks) {
    perplexity(new UniformAllocation());
    candidates.tryAll(sparsity, blocks, this::perplexity);
    if (!Double.isFinite(bestTrial.perplexity())) {
      journal.remove(); // there is nothing to go on with
      throw nothingFinite();
    }
  }

  private BadInputException nothingFinite() {
    String problem =
        "no allocation leaves a model whose perplexity is finite, not one of %s"
            .formatted(Listing.or(trials.stream().map(Trial::describe).toList()));
    return trier
        .fault()
        .map(
            fault ->
                new BadInputException(
                    problem + ": " + fault.getMessage(),
                    fault,
                    fault.settings().toArray(Setting[]::new)))
        .orElseGet(
            () ->
                new BadInputException(
                    problem + "; lower the sparsity, or take another method or compute dtype",
                    Setting.SPARSITY,
                    Setting.METHOD,
                    Setting.COMPUTE_DTYPE));
  }

  /** The perplexity of a candidate; of one that stopped early, an estimate. */
  private double perplexity(SparsityAllocation candidate) {
    for (Trial known : trials) {
      if (known.isOf(candidate)) {
        return known.perplexity();
      }
    }
    Optional<List<Number>> amounts = trier.amounts(candidate);
    Trial trial =
        amounts
            .map(byAmounts::get)
            .map(same -> same.sharedBy(candidate))
            .orElseGet(() -> made(candidate));
    amounts.ifPresent(same -> byAmounts.putIfAbsent(same, trial));
    trials.add(trial);
    // Double.compare: to be not a number is worse than anything.
    if (!trial.stopped()
        && (bestTrial == null || Double.compare(trial.perplexity(), bestTrial.perplexity()) < 0)) {
      best = candidate;
      bestTrial = trial;
    }
    return trial.perplexity();
  }

  private Trial made(SparsityAllocation candidate) {
    Trial made =
        journal
            .find(candidate)
            .filter(this::holds)
            .orElseGet(() -> journal.add(trier.attempt(task(), candidate, bar())));
    return made.stopped() ? made.estimated(bestTrial) : made;
  }

  private String task() {
    return "Trial %d of %d".formatted(trials.size() + 1, planned);
  }

  /** A trial that was stopped by another search's best need not be worse than this one's. */
  private boolean holds(Trial trial) {
    return !trial.stopped() || bar().isPresent() && trial.atHalf() > bar().getAsDouble();
  }

  private OptionalDouble bar() {
    return bestTrial == null || !Double.isFinite(bestTrial.perplexity())
        ? OptionalDouble.empty()
        : OptionalDouble.of(bestTrial.atHalf());
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

  /** The candidate with the lowest perplexity. */
  public SparsityAllocation best() {
    return best;
  }

  /** Its trial. */
  public Trial bestTrial() {
    return bestTrial;
  }
}
