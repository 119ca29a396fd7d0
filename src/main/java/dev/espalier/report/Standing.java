package dev.espalier.report;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How the trials of a search stand to each other.
 *
 * @param trials those of an allocation together, by its parameters
 */
public record Standing(List<Trial> trials) {
  public Standing {
    trials = List.copyOf(trials);
  }

  /** The one with the lowest perplexity; absent if none has one. */
  public Optional<Trial> best() {
    return trials.stream()
        .filter(trial -> !trial.stopped() && !Double.isNaN(trial.perplexity()))
        .min(Comparator.comparingDouble(Trial::perplexity));
  }

  /** Whether it is the best. */
  public boolean isBest(Trial trial) {
    return best().filter(trial::equals).isPresent();
  }

  /**
   * What is known of a trial: its perplexity or, if it was stopped, how far it was behind the best
   * on the half of the windows that both have seen.
   */
  String outcome(Trial trial) {
    if (!trial.stopped()) {
      return Quantities.perplexity(trial.perplexity());
    }
    double behind = best().map(best -> trial.atHalf() / best.atHalf() - 1).orElse(Double.NaN);
    return Double.isFinite(behind)
        ? "stopped at half, %s behind".formatted(Quantities.roughPercent(behind))
        : "stopped at half, " + Quantities.perplexity(trial.atHalf()) + " there";
  }

  /**
   * What a trial would have given had it stayed behind the best as it was at half; its perplexity
   * if it was not stopped. Good for a plot.
   */
  public double estimate(Trial trial) {
    return trial.stopped()
        ? best().map(best -> trial.atHalf() / best.atHalf() * best.perplexity()).orElse(Double.NaN)
        : trial.perplexity();
  }

  /** The parameter that alone tells the trials apart, uniform's aside; absent if there is none. */
  public Optional<String> varied() {
    List<Trial> others = varying().toList();
    if (others.size() < 2 || others.stream().map(Trial::allocation).distinct().count() > 1) {
      return Optional.empty();
    }
    List<String> differing =
        others.get(0).parameters().keySet().stream()
            .filter(name -> others.stream().map(t -> text(t, name)).distinct().count() > 1)
            .toList();
    return differing.size() == 1
            && others.stream().allMatch(t -> t.parameters().get(differing.get(0)) instanceof Number)
        ? Optional.of(differing.get(0))
        : Optional.empty();
  }

  /** All but the uniform one. */
  public Stream<Trial> varying() {
    return trials.stream().filter(trial -> !trial.parameters().isEmpty());
  }

  private static String text(Trial trial, String parameter) {
    Map<String, Object> parameters = trial.parameters();
    return String.valueOf(parameters.get(parameter));
  }
}
