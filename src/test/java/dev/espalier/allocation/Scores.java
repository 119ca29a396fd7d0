package dev.espalier.allocation;

import dev.espalier.kernels.ScoreSummary;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.measurement.Measurement;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.testing.Linears;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Summaries of scores that no block has. */
final class Scores {
  private Scores() {}

  static ScoreSummary of(double mean, double median, long outliers) {
    return new ScoreSummary(1000, outliers, 1000 * mean, mean, median, mean / 2, 9 * mean);
  }

  static List<ScoreSummary> ofMeans(double... means) {
    return Arrays.stream(means).mapToObj(mean -> of(mean, mean, 0)).toList();
  }

  static List<ScoreSummary> random(Random random, int blocks) {
    return random
        .doubles(blocks, 0.001, 1)
        .mapToObj(mean -> of(mean, mean * random.nextDouble(), random.nextInt(1000)))
        .toList();
  }

  static List<ScoreSummary> scaled(List<ScoreSummary> scores, double factor) {
    return scores.stream()
        .map(s -> of(s.mean() * factor, s.median() * factor, s.outliers()))
        .toList();
  }

  /**
   * A model of so many blocks of 1000 weights with these scores; outliers whatever the multiple.
   */
  static MeasuredModel model(int blocks, List<ScoreSummary> scores) {
    Map<Measurement, double[]> measured = new HashMap<>();
    for (Measurement.Score statistic : Measurement.Score.values()) {
      measured.put(statistic, scores.stream().mapToDouble(statistic::of).toArray());
    }
    double[] outliers =
        scores.stream().mapToDouble(s -> 100.0 * s.outliers() / s.count()).toArray();
    for (double multiple : new double[] {2, 5}) {
      measured.put(new Measurement.Outliers(multiple), outliers);
    }
    List<LinearDescription> block = List.of(Linears.of("linear", 20, 50));
    return new MeasuredModel(Collections.nCopies(blocks, block), measured);
  }
}
