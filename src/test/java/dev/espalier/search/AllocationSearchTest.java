package dev.espalier.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.allocation.AtpAllocation;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.report.Trial;
import dev.espalier.search.AllocationSearch.Trier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Searches among made-up perplexities: of uniform (β = 0) and of ATP by its β. */
class AllocationSearchTest {
  @TempDir Path temp;

  private final List<Double> made = new ArrayList<>();

  /** Perplexities on half and on all of the windows. */
  private record Both(double half, double all) {}

  private static double beta(SparsityAllocation allocation) {
    return (double) allocation.parameters().getOrDefault("beta", 0.0);
  }

  private Trier giving(Map<Double, Both> perplexities) {
    return (task, allocation, bar) -> {
      made.add(beta(allocation));
      Both both = perplexities.get(beta(allocation));
      boolean stopped = bar.isPresent() && Double.compare(both.half, bar.getAsDouble()) > 0;
      return stopped
          ? Trial.stopped(allocation, both.half)
          : Trial.measured(allocation, both.half, both.all);
    };
  }

  private TrialJournal journal() {
    ObjectNode identity = new ObjectMapper().createObjectNode().put("model", "m");
    return TrialJournal.open(temp.resolve("journal.json"), identity, false);
  }

  private AllocationSearch search(Trier trials, double... betas) {
    AllocationSearch search = new AllocationSearch(trials, journal(), betas.length + 1);
    search.search(
        Candidates.Listed.coarseToFine(
            Stream.of(betas)
                .flatMapToDouble(Arrays::stream)
                .<SparsityAllocation>mapToObj(AtpAllocation::new)
                .toList()),
        0.5,
        4);
    return search;
  }

  private static Trial trial(AllocationSearch search, double beta) {
    return search.trials().stream()
        .filter(t -> t.parameters().getOrDefault("beta", 0.0).equals(beta))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theLowestPerplexityOnAllWindowsWins() {
    AllocationSearch search =
        search(
            giving(Map.of(0.0, new Both(9, 10), 0.1, new Both(8, 9.5), 0.2, new Both(8.5, 8.9))),
            0.1,
            0.2);
    // 0.1 is ahead at half, and so goes on, but not at the end.
    assertEquals(List.of(0.0, 0.2, 0.1), made);
    assertEquals(0.2, search.bestTrial().parameters().get("beta"));
    assertEquals(List.of(0.0, 0.1, 0.2), search.trials().stream().map(this::beta).toList());
  }

  private double beta(Trial trial) {
    return (double) trial.parameters().getOrDefault("beta", 0.0);
  }

  @Test
  void aPlanIsMeasuredOnce() {
    Trier trials = giving(Map.of(0.0, new Both(9, 10), 0.2, new Both(7, 8), 0.3, new Both(8, 9)));
    Trier rounding =
        new Trier() {
          @Override
          public Trial attempt(String task, SparsityAllocation candidate, OptionalDouble bar) {
            return trials.attempt(task, candidate, bar);
          }

          @Override
          public Optional<List<Number>> amounts(SparsityAllocation candidate) {
            return Optional.of(List.of(Math.ceil(10 * beta(candidate) / 2)));
          }
        };
    AllocationSearch search = search(rounding, 0.1, 0.2, 0.3, 0.4);
    assertEquals(3, made.size(), made::toString);
    assertTrue(made.containsAll(List.of(0.0, 0.2, 0.3)), made::toString);
    List<Trial> shared =
        search.trials().stream().filter(trial -> !trial.samePlanAs().isEmpty()).toList();
    assertEquals(2, shared.size());
    for (Trial trial : shared) {
      Trial own =
          search.trials().stream()
              .filter(other -> other.describe().equals(trial.samePlanAs()))
              .findFirst()
              .orElseThrow();
      assertEquals(own.perplexity(), trial.perplexity());
      assertEquals(own.stopped(), trial.stopped());
    }
    assertTrue(search.bestTrial().samePlanAs().isEmpty());
  }

  @Test
  void whatStopsIsEstimatedByHowFarItWasBehind() {
    AllocationSearch search =
        search(giving(Map.of(0.0, new Both(8, 10), 0.1, new Both(9.6, 1))), 0.1);
    Trial stopped = trial(search, 0.1);
    assertTrue(stopped.stopped());
    assertEquals(12, stopped.perplexity(), 1e-12);
    assertEquals("uniform", search.bestTrial().allocation());
  }

  @Test
  void whatGivesNoNumberNeverWinsNorStopsOthers() {
    Both none = new Both(5, Double.NaN);
    AllocationSearch search =
        search(giving(Map.of(0.0, none, 0.1, new Both(9, 10), 0.2, none)), 0.1, 0.2);
    assertFalse(trial(search, 0.1).stopped());
    assertEquals(0.1, search.bestTrial().parameters().get("beta"));
  }

  @Test
  void whereNothingGivesANumberTheSearchSaysSo() {
    Both none = new Both(Double.NaN, Double.NaN);
    Trier trials = giving(Map.of(0.0, none, 0.1, none));
    assertThrows(BadInputException.class, () -> search(trials, 0.1));
    assertFalse(Files.exists(temp.resolve("journal.json")), "there is nothing to go on with");
    assertEquals(List.of(0.0, 0.1), made);
  }

  @Test
  void anInterruptedSearchMakesOnlyWhatIsMissing() {
    Map<Double, Both> perplexities =
        Map.of(0.0, new Both(9, 10), 0.1, new Both(7, 8), 0.2, new Both(8, 9));
    Trier whole = giving(perplexities);
    try {
      search(
          (task, allocation, bar) -> {
            if (made.size() == 2) {
              throw new IllegalStateException("interrupted");
            }
            return whole.attempt(task, allocation, bar);
          },
          0.1,
          0.2);
    } catch (IllegalStateException e) {
      assertEquals("interrupted", e.getMessage());
    }
    assertEquals(List.of(0.0, 0.2), made);
    AllocationSearch resumed = search(whole, 0.1, 0.2);
    assertEquals(List.of(0.0, 0.2, 0.1), made);
    assertTrue(Files.exists(temp.resolve("journal.json")), "its owner removes it");

    assertEquals(0.1, resumed.bestTrial().parameters().get("beta"));
  }

  @Test
  void whatAnotherSearchStoppedIsTriedAgainWhereItMayBeTheBest() {
    Map<Double, Both> perplexities =
        Map.of(0.0, new Both(9, 10), 0.1, new Both(8, 9), 0.2, new Both(7, 8));
    AllocationSearch first = search(giving(perplexities), 0.1, 0.2);
    assertTrue(trial(first, 0.1).stopped());

    made.clear();
    AllocationSearch second = search(giving(perplexities), 0.1);
    assertEquals(List.of(0.1), made);
    assertEquals(9, second.bestTrial().perplexity());
  }

  @Test
  void whatStoppedStaysSoAndIsEstimatedByThisSearchsBest() {
    Map<Double, Both> perplexities =
        Map.of(0.0, new Both(9, 10), 0.1, new Both(12, 13), 0.2, new Both(7, 8));
    search(giving(perplexities), 0.1, 0.2);
    made.clear();
    AllocationSearch second = search(giving(perplexities), 0.1);
    assertEquals(List.of(), made);
    assertEquals(12.0 / 9 * 10, trial(second, 0.1).perplexity(), 1e-12);
  }
}
