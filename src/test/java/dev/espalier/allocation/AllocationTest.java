package dev.espalier.allocation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.kernels.ScoreSummary;
import dev.espalier.measurement.Measurement;
import dev.espalier.measurement.Measurement.Score;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

public class AllocationTest {
  public static List<SparsityAllocation> byScores() {
    return List.of(
        new DlpAllocation(0.15, Score.MEDIAN),
        new DlpAllocation(0.15, Score.MEAN),
        new OwlAllocation(0.08, 5));
  }

  static List<SparsityAllocation> all() {
    return List.of(
        new DlpAllocation(0.15, Score.MEDIAN),
        new DlpAllocation(1e300, Score.MEAN),
        new OwlAllocation(0.08, 5),
        new AtpAllocation(0.001),
        new UniformAllocation());
  }

  private static double[] uniform(double sparsity, int blocks) {
    return new UniformAllocation().densities(sparsity, Scores.model(blocks, List.of()));
  }

  @Test
  void uniformIsTheSameForAll() {
    assertArrayEquals(new double[] {0.25, 0.25, 0.25}, uniform(0.75, 3));
  }

  @Test
  void dlpByHand() {
    // S/ΣS = 0.1 0.2 0.7, I = 0.9 0.8 0.3, k = (1, 5/6, 0)·0.3 = 0.3 0.25 0, mean 11/60.
    double[] expected = {0.3 + 0.3 - 11 / 60.0, 0.3 + 0.25 - 11 / 60.0, 0.3 - 11 / 60.0};
    List<ScoreSummary> scores = List.of(Scores.of(9, 1, 0), Scores.of(9, 2, 0), Scores.of(9, 7, 0));
    assertArrayEquals(
        expected,
        new DlpAllocation(0.15, Score.MEDIAN).densities(0.7, Scores.model(3, scores)),
        1e-15);
    assertArrayEquals(
        expected,
        new DlpAllocation(0.15, Score.MEAN)
            .densities(0.7, Scores.model(3, Scores.ofMeans(2, 4, 14))),
        1e-15);
  }

  @Test
  void owlByHand() {
    // Outliers in percent 1 2 5, k = (0, 1/4, 1)·0.16, mean 0.2/3.
    double[] expected = {0.3 - 0.2 / 3, 0.3 + 0.04 - 0.2 / 3, 0.3 + 0.16 - 0.2 / 3};
    List<ScoreSummary> scores =
        List.of(Scores.of(1, 1, 10), Scores.of(1, 1, 20), Scores.of(1, 1, 50));
    assertArrayEquals(
        expected, new OwlAllocation(0.08, 5).densities(0.7, Scores.model(3, scores)), 1e-15);
    assertEquals(Set.of(new Measurement.Outliers(5)), new OwlAllocation(0.08, 5).needs());
  }

  @Test
  void atpByHand() {
    double[] densities = new AtpAllocation(0.1).densities(0.7, Scores.model(4, List.of()));
    assertArrayEquals(new double[] {0.45, 0.35, 0.25, 0.15}, densities, 1e-15);
    assertArrayEquals(
        uniform(0.7, 4), new AtpAllocation(0).densities(0.7, Scores.model(4, List.of())), 1e-15);
  }

  @Test
  void atpNamesTheBoundAndAcceptsIt() {
    var e =
        assertThrows(
            BadInputException.class,
            () -> new AtpAllocation(0.07).densities(0.7, Scores.model(10, List.of())));
    assertTrue(e.getMessage().endsWith("at most 0.066666"), e::getMessage);
    double[] densities = new AtpAllocation(0.066666).densities(0.7, Scores.model(10, List.of()));
    assertTrue(Arrays.stream(densities).allMatch(d -> d >= 0 && d <= 1));
    new AtpAllocation(0.4 / 9).densities(0.2, Scores.model(10, List.of()));
    assertThrows(
        BadInputException.class,
        () -> new AtpAllocation(0.5 / 9).densities(0.2, Scores.model(10, List.of())));
    assertArrayEquals(
        new double[] {0.3}, new AtpAllocation(3).densities(0.7, Scores.model(1, List.of())), 1e-15);
  }

  @ParameterizedTest
  @MethodSource("all")
  void meanDensityIsTheTarget(SparsityAllocation allocation) {
    Random random = new Random(1);
    for (int blocks : new int[] {1, 2, 7, 80}) {
      for (double sparsity : new double[] {0.1, 0.5, 0.7, 0.95}) {
        double[] densities =
            allocation.densities(sparsity, Scores.model(blocks, Scores.random(random, blocks)));
        double largest = Arrays.stream(densities).map(Math::abs).max().orElseThrow();
        double mean = Arrays.stream(densities).map(d -> d / blocks).sum();
        assertEquals(1 - sparsity, mean, 1e-14 * Math.max(1, largest) * blocks);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("byScores")
  void theUnitOfScoresDoesNotMatter(SparsityAllocation allocation) {
    List<ScoreSummary> scores = Scores.random(new Random(2), 12);
    double[] densities = allocation.densities(0.7, Scores.model(12, scores));
    for (double factor : new double[] {1e-200, 1e-6, 3, 1e200}) {
      assertArrayEquals(
          densities,
          allocation.densities(0.7, Scores.model(12, Scores.scaled(scores, factor))),
          1e-12);
    }
  }

  @ParameterizedTest
  @MethodSource("byScores")
  void blocksThatCannotBeToldApartAreTreatedAlike(SparsityAllocation allocation) {
    for (double score : new double[] {0, 1e-310, 0.1, 1e300}) {
      double[] scores = new double[9];
      Arrays.fill(scores, score);
      assertArrayEquals(
          uniform(0.7, 9),
          allocation.densities(0.7, Scores.model(9, Scores.ofMeans(scores))),
          1e-15);
    }
    assertArrayEquals(
        uniform(0.6, 1), allocation.densities(0.6, Scores.model(1, Scores.ofMeans(0.3))), 1e-15);
  }

  @Test
  void ordersBlocksAsThePapersDo() {
    double[] dlp =
        new DlpAllocation(0.15, Score.MEDIAN)
            .densities(0.7, Scores.model(3, Scores.ofMeans(1, 5, 3)));
    assertTrue(dlp[0] > dlp[2] && dlp[2] > dlp[1], "the higher the score, the less is kept");
    assertEquals(0.3, dlp[0] - dlp[1], 1e-15);
    double[] owl =
        new OwlAllocation(0.08, 5)
            .densities(0.7, Scores.model(2, List.of(Scores.of(1, 1, 3), Scores.of(1, 1, 9))));
    assertEquals(0.16, owl[1] - owl[0], 1e-15);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.1, Double.NaN, Double.POSITIVE_INFINITY, 1e308})
  void impossibleParametersAreRefused(double wrong) {
    assertThrows(BadInputException.class, () -> new DlpAllocation(wrong, Score.MEAN));
    assertThrows(BadInputException.class, () -> new OwlAllocation(wrong, 5));
  }

  @Test
  void otherImpossibleParametersAreRefused() {
    for (double wrong : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(BadInputException.class, () -> new AtpAllocation(wrong));
      assertThrows(BadInputException.class, () -> new OwlAllocation(0.08, wrong));
    }
    assertThrows(BadInputException.class, () -> new OwlAllocation(0.08, 0));
  }
}
