package dev.espalier.report;

import dev.espalier.evaluation.Perplexity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Pruning runs side by side. */
public record RunComparison(List<ComparedRun> runs) {
  public RunComparison {
    runs = List.copyOf(runs);
  }

  /** A run's perplexities on one corpus. */
  public record Measured(ComparedRun run, CorpusPerplexity perplexity) {}

  /**
   * What can be compared: perplexities of the same text, measured the same way. Where runs name the
   * text differently, the first one's name stands for it.
   */
  public Map<Perplexity.Protocol, List<Measured>> perplexities() {
    Map<Perplexity.Protocol, List<Measured>> byProtocol = new LinkedHashMap<>();
    for (ComparedRun run : runs) {
      for (CorpusPerplexity corpus : run.perplexity()) {
        Perplexity.Protocol protocol =
            byProtocol.keySet().stream()
                .filter(corpus.protocol()::comparesWith)
                .findFirst()
                .orElse(corpus.protocol());
        byProtocol.computeIfAbsent(protocol, p -> new ArrayList<>()).add(new Measured(run, corpus));
      }
    }
    return byProtocol;
  }

  /** Whether the runs pruned one model, by the best that all of them know of it. */
  private Optional<String> otherModels() {
    if (same(ComparedRun::content) || same(ComparedRun::checkpoint)) {
      return Optional.empty();
    }
    if (known(ComparedRun::content)) {
      return Optional.of("The runs pruned models whose config.json or weights differ.");
    }
    if (known(ComparedRun::checkpoint)) {
      return Optional.of(
          "The runs pruned different models, or one that was copied or changed between them.");
    }
    return same(ComparedRun::model)
        ? Optional.empty()
        : Optional.of(
            "The runs pruned different models, or one under several names: not all of them tell.");
  }

  private boolean known(Function<ComparedRun, String> property) {
    return runs.stream().map(property).noneMatch(String::isEmpty);
  }

  private boolean same(Function<ComparedRun, String> property) {
    return known(property) && runs.stream().map(property).distinct().count() <= 1;
  }

  /** Why some of it cannot be compared, a sentence each. */
  public List<String> cautions() {
    List<String> cautions = new ArrayList<>();
    otherModels().ifPresent(cautions::add);
    Set<Perplexity.Protocol> protocols = perplexities().keySet();
    if (protocols.size() > 1) {
      cautions.add(
          "The perplexities were measured on different texts or in different ways; only those of"
              + " one table can be compared.");
    }
    if (protocols.stream().map(Perplexity.Protocol::toString).distinct().count()
        < protocols.size()) {
      cautions.add("Texts of the same name are not the same: their tokens differ.");
    }
    List<String> unmeasured =
        runs.stream().filter(run -> run.perplexity().isEmpty()).map(ComparedRun::name).toList();
    if (!unmeasured.isEmpty()) {
      cautions.add("No perplexity was measured of " + String.join(", ", unmeasured) + ".");
    }
    if (runs.stream().flatMap(run -> run.errors().keySet().stream()).distinct().count() > 1) {
      cautions.add("The methods' errors are of different things; each has a plot of its own.");
    }
    return cautions;
  }
}
