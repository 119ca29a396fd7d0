package dev.espalier.report.plot;

import dev.espalier.report.Standing;
import dev.espalier.report.Trial;
import dev.espalier.report.plot.Plot.Bar;
import dev.espalier.report.plot.Plot.Bars;
import dev.espalier.report.plot.Plot.Look;
import dev.espalier.report.plot.Plot.Scatter;
import dev.espalier.report.plot.Plot.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The perplexities of a search's trials. */
final class TrialPlots {
  private static final String PERPLEXITY = "perplexity";
  private static final String STOPPED =
      "A trial that was stopped at half of the windows is drawn where it would be had it stayed"
          + " behind the best as it was there: a guess.";

  private TrialPlots() {}

  /** Over the parameter that was varied; side by side where it was more than one. */
  static Plot of(Standing standing) {
    return standing
        .varied()
        .map(parameter -> over(parameter, standing))
        .orElseGet(() -> bars(standing));
  }

  private static String caption(Standing standing) {
    return standing.trials().stream().anyMatch(Trial::stopped) ? STOPPED : "";
  }

  private static Plot over(String parameter, Standing standing) {
    String allocation = standing.varying().findFirst().orElseThrow().allocation();
    List<Series> series = new ArrayList<>();
    series.add(
        new Series(
            allocation, points(parameter, standing, trial -> !trial.stopped()), Look.MEASURED));
    series.add(
        new Series(
            allocation + ", stopped at half",
            points(parameter, standing, Trial::stopped),
            Look.GUESSED));
    standing.trials().stream()
        .filter(trial -> trial.parameters().isEmpty())
        .forEach(uniform -> series.add(level(parameter, standing, uniform)));
    standing
        .best()
        .ifPresent(
            best ->
                series.add(
                    new Series(
                        "best: " + best.describe(),
                        points(parameter, standing, standing::isBest),
                        Look.RING)));
    return new Scatter(
        "Perplexity over " + parameter, caption(standing), parameter, PERPLEXITY, series);
  }

  /** From the least to the largest value. */
  private static Series level(String parameter, Standing standing, Trial uniform) {
    TreeMap<Double, Double> all = new TreeMap<>();
    standing.varying().forEach(t -> all.put(x(t, parameter), standing.estimate(uniform)));
    return new Series(
        uniform.allocation(),
        Map.of(
            all.firstKey(), all.firstEntry().getValue(), all.lastKey(), all.lastEntry().getValue()),
        Look.LEVEL);
  }

  private static Map<Double, Double> points(
      String parameter, Standing standing, Predicate<Trial> which) {
    Map<Double, Double> points = new TreeMap<>();
    standing
        .varying()
        .filter(which)
        .forEach(trial -> points.put(x(trial, parameter), standing.estimate(trial)));
    return points;
  }

  private static double x(Trial trial, String parameter) {
    return ((Number) trial.parameters().get(parameter)).doubleValue();
  }

  private static Plot bars(Standing standing) {
    List<Bar> bars = new ArrayList<>();
    for (Trial trial : standing.trials()) {
      String remark =
          standing.isBest(trial) ? ": best" : trial.stopped() ? ": stopped at half" : "";
      bars.add(new Bar(trial.describe() + remark, Map.of(PERPLEXITY, standing.estimate(trial))));
    }
    return new Bars(
        "Perplexity of each candidate", caption(standing), PERPLEXITY, List.of(PERPLEXITY), bars);
  }
}
