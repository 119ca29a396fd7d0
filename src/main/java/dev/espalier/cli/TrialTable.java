package dev.espalier.cli;

import dev.espalier.report.PruneReport;
import dev.espalier.report.SearchReport;
import dev.espalier.report.Table;
import dev.espalier.report.Trial;
import java.nio.file.Path;
import java.util.List;

/** What the allocations that competed would give. */
final class TrialTable {
  private TrialTable() {}

  /** Of a pruning run whose allocation was chosen by a contest. */
  static String of(PruneReport.Allocation allocation) {
    return table(allocation.trials())
        + "  ("
        + allocation.criterion()
        + ")\n"
        + "The best of them on held-out text prunes the model.\n";
  }

  static String of(SearchReport report, Path output) {
    String judge =
        report.testCriterion()
            ? "The published criterion: the choice has seen the test text."
            : "Held-out text of the calibration corpus: no test text was looked at.";
    return table(report.trials())
        + "  (%s)%n%s%n%n".formatted(report.criterion(), judge)
        + "Best: %s, perplexity %s. It is in %s.%n"
            .formatted(
                report.best().describe(), PruneSummary.number(report.best().perplexity()), output)
        + "Next: ./espalier prune --allocation %s prunes with it.%n".formatted(output);
  }

  private static String table(List<Trial> trials) {
    Table table = new Table("allocation", "perplexity");
    for (Trial trial : trials) {
      String perplexity = PruneSummary.number(trial.perplexity());
      table.row(trial.describe(), trial.stopped() ? perplexity + " at half" : perplexity);
    }
    return table.toString();
  }
}
