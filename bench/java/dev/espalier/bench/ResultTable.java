package dev.espalier.bench;

import java.util.ArrayList;
import java.util.List;

/** The results as a Markdown table, a line at a time: the full run takes minutes. */
final class ResultTable {
  private static final String ROW = "| %-29s | %-29s | %15s | %15s | %8s | %6s | %9s | %6s | %s |";

  private ResultTable() {}

  static List<String> header() {
    List<String> lines = new ArrayList<>();
    lines.add(
        ROW.formatted(
            "op",
            "shape, dtype",
            "reference ms",
            "ours ms",
            "floor ms",
            "ratio",
            "target",
            "others",
            "gate"));
    lines.add("|---|---|--:|--:|--:|--:|--:|--:|---|");
    return lines;
  }

  static String row(Result result) {
    Title title = result.title();
    return ROW.formatted(
        title.op(),
        title.shape(),
        millis(result.reference()),
        millis(result.ours()),
        "%.2f".formatted(result.floorMillis()),
        "%.1f×".formatted(result.ratio()),
        target(result),
        "%.0f %%".formatted(100 * result.others()),
        (result.gate().passed() ? "pass: " : "**FAIL**: ") + result.gate().text());
  }

  private static String millis(Timing timing) {
    return "%.2f ± %.0f %%".formatted(timing.median(), 100 * timing.spread());
  }

  private static String target(Result result) {
    double target = result.title().target();
    if (target == 0) {
      return "–";
    }
    String text = target % 1 == 0 ? "%.0f×".formatted(target) : "%.1f×".formatted(target);
    return text + (result.reachesTarget() ? " ✓" : " ✗");
  }
}
