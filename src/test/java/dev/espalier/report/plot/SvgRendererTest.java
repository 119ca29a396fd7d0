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

  /**
   * Labels are drawn as outlines, so that two characters more show in the size, and labels that
   * take the plot's room, too.
   */
  @Test
  void labelsHaveNoDigitsThatDoublesAdd() {
    int whole = steps(0, 1).length();
    int tenths = steps(0, 0.1).length(); // one tick is 0.30000000000000004
    assertTrue(whole < tenths && tenths < 1.5 * whole, whole + " and " + tenths);
  }
}
