package dev.espalier.cli;

import dev.espalier.report.PruneReport;
import dev.espalier.report.Quantities;
import dev.espalier.report.ReportTables;
import dev.espalier.report.SearchReport;
import java.nio.file.Path;

/** What candidates would give. */
final class TrialTable {
  private TrialTable() {}

  /** Of a pruning run whose allocation was searched for. */
  static String of(PruneReport.Allocation allocation) {
    return ReportTables.trials(allocation.trials())
        + "  ("
        + allocation.criterion()
        + ")\n"
        + "The best of them on held-out text prunes the model.\n";
  }

  /**
   * @param output where the best allocation is
   * @param next the command that prunes with it
   */
  static String of(SearchReport report, Path output, String next) {
    return ReportTables.trials(report.trials())
        + "  (%s)%n%s%n%n".formatted(report.criterion(), report.judge())
        + "Best: %s, perplexity %s. It is in %s.%n"
            .formatted(
                report.best().describe(), Quantities.perplexity(report.best().perplexity()), output)
        + "Next: %s prunes with it.%n".formatted(next);
  }
}
