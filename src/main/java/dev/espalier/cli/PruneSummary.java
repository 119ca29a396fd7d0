package dev.espalier.cli;

import dev.espalier.report.CorpusPerplexity;
import dev.espalier.report.PruneReport;
import dev.espalier.report.Quantities;
import dev.espalier.report.ReportTables;
import java.util.List;

/** What {@code prune} tells a person at the end. */
final class PruneSummary {
  private PruneSummary() {}

  static String of(PruneReport report, boolean sample) {
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
    text.append("sparsity by block: ").append(blocks(report)).append("\n\n");
    if (!report.allocation().trials().isEmpty()) {
      text.append(TrialTable.of(report.allocation())).append('\n');
    }
    if (!report.perplexity().isEmpty()) {
      text.append(perplexity(report)).append('\n');
    }
    text.append("The pruned model is in ").append(report.output()).append(".\n");
    if (sample) {
      text.append(
          "Next: %s prune --model FOLDER --calibration TEXT --evaluate TEXT prunes your own.\n"
              .formatted(Invocation.command()));
    }
    return text.toString();
  }

  private static String blocks(PruneReport report) {
    return String.join(
        " ", report.blocks().stream().map(b -> "%.3f".formatted(b.sparsity())).toList());
  }

  private static String perplexity(PruneReport report) {
    StringBuilder text = new StringBuilder(ReportTables.perplexity(report).toString());
    report.perplexity().forEach(c -> text.append("  (").append(c.protocol()).append(")\n"));
    if (report.perplexity().get(0).uniform().isPresent()) {
      List<String> names = ReportTables.corpora(report);
      for (int i = 0; i < names.size(); i++) {
        String where = names.size() > 1 ? names.get(i) + ": " : "";
        text.append(where).append(verdict(report, report.perplexity().get(i))).append('\n');
      }
    }
    return text.toString();
  }

  private static String verdict(PruneReport report, CorpusPerplexity corpus) {
    double uniform = corpus.uniform().orElseThrow();
    double allocated = corpus.pruned();
    String name = report.allocation().name();
    if (!Double.isFinite(allocated) || !Double.isFinite(uniform)) {
      return incomparable(name, allocated, uniform);
    }
    if (allocated < uniform) {
      return sentence(name, "uniform", allocated, uniform);
    }
    return uniform < allocated
        ? sentence("uniform", name, uniform, allocated)
        : "On this model %s and uniform allocation do not differ.".formatted(name);
  }

  private static String incomparable(String name, double allocated, double uniform) {
    String broken =
        Double.isFinite(uniform)
            ? name
            : Double.isFinite(allocated) ? "uniform" : name + " and uniform";
    return "On this model the perplexity with %s allocation is not finite, so that the two cannot be compared."
        .formatted(broken);
  }

  private static String sentence(String better, String worse, double lower, double higher) {
    return "On this model %s allocation is better than %s: perplexity %s instead of %s."
        .formatted(better, worse, Quantities.perplexity(lower), Quantities.perplexity(higher));
  }
}
