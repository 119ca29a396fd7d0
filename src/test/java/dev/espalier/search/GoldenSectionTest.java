package dev.espalier.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GoldenSectionTest {
  private static List<Double> search(DoubleUnaryOperator function, int evaluations) {
    List<Double> tried = new ArrayList<>();
    GoldenSection.search(
        x -> {
          tried.add(x);
          return function.applyAsDouble(x);
        },
        1,
        3,
        evaluations);
    return tried;
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 1.1, 1.7, 2, 2.45, 2.9, 3})
  void findsTheValleyWhereverItLies(double minimum) {
    List<Double> tried = search(x -> Math.abs(x - minimum), 20);
    assertEquals(20, tried.size());
    double nearest = tried.stream().mapToDouble(x -> Math.abs(x - minimum)).min().orElseThrow();
    // Each evaluation leaves 0.618 of the interval.
    assertTrue(nearest <= 2 * Math.pow(0.6181, 18), () -> tried.toString());
  }

  @Test
  void twoEvaluationsAreTheSections() {
    List<Double> tried = search(x -> x, 2);
    assertEquals(1.763932, tried.get(0), 1e-6);
    assertEquals(2.236068, tried.get(1), 1e-6);
  }

  @Test
  void whatGivesNoNumberIsAvoided() {
    List<Double> tried = search(x -> x > 1.9 ? Double.NaN : Math.abs(x - 1.85), 15);
    assertEquals(1.85, tried.get(tried.size() - 1), 0.01);
  }
}
