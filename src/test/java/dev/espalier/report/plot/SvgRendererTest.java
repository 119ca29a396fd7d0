package dev.espalier.report.plot;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SvgRendererTest {
  /** Ten blocks, each a step above the one before. */
  private static String steps(double first, double step) {
    var points =
        IntStream.range(0, 10).boxed().collect(Collectors.toMap(i -> i, i -> first + step * i));
    return SvgRenderer.render(
        new Plot.Curves("Title", "Note", "sparsity", List.of(Plot.Curve.of("curve", points))),
        "id");
  }

  @Test
  void labelsStayShortHoweverLongTheNumbersAre() {
    int rounded = steps(0.625, 0.0125).length();
    int exact = steps(0.625 + 1 / 3e7, 0.0125 + 1 / 7e9).length();
    assertTrue(exact < 1.1 * rounded, rounded + " and " + exact); // labels are drawn as outlines
  }
}
