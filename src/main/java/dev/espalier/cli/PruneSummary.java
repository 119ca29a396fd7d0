package dev.espalier.cli;

import dev.espalier.pruning.LinearResult;
import dev.espalier.report.PruneReport;
import dev.espalier.report.Quantities;
import dev.espalier.report.ReportTables;
import dev.espalier.report.Verdict;
import java.util.stream.Collectors;

/** What {@code prune} tells a person at the end. */
final class PruneSummary {
  private PruneSummary() {}

  static String of(PruneReport report, boolean sample, Colours colours) {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s with %s: %s, %s of %s weights pruned (target %s)%n"
            .formatted(
                report.method(),
                report.allocation().name(),
                report.pattern(),
                Quantities.percent(report.achievedSparsity()),
                Quantities.count(report.weights()),
                Quantities.percent(report.targetSparsity())));
    if (report.sum(linear -> linear.before().zeros()) > 0) {
      text.append(zeros(report));
    }
    text.append("sparsity by block: ").append(blocks(report)).append('\n');
    if (report.sparsities().differWithinBlocks()) {
      text.append("sparsity by linear: ").append(linears(report)).append('\n');
    }
    text.append('\n');
    if (!report.allocation().trials().isEmpty()) {
      text.append(TrialTable.of(report.allocation())).append('\n');
    }
    if (!report.perplexity().isEmpty()) {
      text.append(perplexity(report, colours)).append('\n');
    }
    text.append("The pruned model is in ").append(report.output()).append(".\n");
    if (sample) {
      text.append(
          "Next: %s prune --model FOLDER --calibration TEXT --evaluate TEXT prunes your own.\n"
              .formatted(Invocation.command()));
    }
    return text.toString();
  }

  private static String zeros(PruneReport report) {
    return "%s of them were zero before and %s were not; %s that were zero came back%n"
        .formatted(
            Quantities.count(report.sum(LinearResult::kept)),
            Quantities.count(report.sum(LinearResult::pruned)),
            Quantities.count(report.sum(LinearResult::filled)));
  }

  private static String blocks(PruneReport report) {
    return String.join(
        " ", report.blocks().stream().map(b -> "%.3f".formatted(b.sparsity())).toList());
  }

  /** The least and the most over all blocks, where they differ. */
  private static String linears(PruneReport report) {
    return report.sparsities().rangesByKind().entrySet().stream()
        .map(kind -> kind.getKey() + " " + kind.getValue().describe())
        .collect(Collectors.joining(", "));
  }

  private static String perplexity(PruneReport report, Colours colours) {
    StringBuilder text = new StringBuilder(ReportTables.perplexity(report).toString());
    report.perplexity().forEach(c -> text.append("  (").append(c.protocol()).append(")\n"));
    Verdict.againstUniform(report)
        .forEach(sentence -> text.append(colours.verdict(sentence)).append('\n'));
    return text.toString();
  }
}
