package dev.espalier.report.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SvgRendererTest {
  /** Ten blocks, each a step above the one before. */
  private static Map<Integer, Double> points(double first, double step) {
    return IntStream.range(0, 10).boxed().collect(Collectors.toMap(i -> i, i -> first + step * i));
  }

  private static String steps(double first, double step) {
    return render(points(first, step));
  }

  private static String render(Map<Integer, Double> points) {
    return SvgRenderer.render(
        new Plot.Curves("Title", "Note", "sparsity", List.of(Plot.Curve.of("curve", points))),
        "id");
  }

  /** Where horizontal lines are: ticks, the grid, the axis. */
  private static Set<String> heights(String svg) {
    return Pattern.compile("y1=\"([\\d.]+)\" y2=\"\\1\"")
        .matcher(svg)
        .results()
        .map(line -> line.group(1))
        .collect(Collectors.toSet());
  }

  @Test
  void evenlySpacedValuesAreNoTicks() {
    Map<Integer, Double> uneven = points(0.6253, 0.0166);
    uneven.remove(4);
    assertEquals(heights(render(uneven)), heights(steps(0.6253, 0.0166)));
  }

  @Test
  void labelsStayShortHoweverLongTheNumbersAre() {
    int rounded = steps(0.625, 0.0125).length();
    int exact = steps(0.625 + 1 / 3e7, 0.0125 + 1 / 7e9).length();
    assertTrue(exact < 1.1 * rounded, rounded + " and " + exact); // labels are drawn as outlines
  }
}
