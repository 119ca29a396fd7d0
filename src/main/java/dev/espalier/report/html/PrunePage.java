package dev.espalier.report.html;

import static dev.espalier.report.html.Elements.facts;
import static dev.espalier.report.html.Elements.part;
import static dev.espalier.report.html.Elements.sentences;
import static dev.espalier.report.html.Elements.table;
import static j2html.TagCreator.details;
import static j2html.TagCreator.each;
import static j2html.TagCreator.iff;
import static j2html.TagCreator.p;
import static j2html.TagCreator.summary;

import dev.espalier.Plural;
import dev.espalier.kernels.Kernels;
import dev.espalier.report.PruneReport;
import dev.espalier.report.Quantities;
import dev.espalier.report.ReportTables;
import dev.espalier.report.Verdict;
import dev.espalier.report.plot.Plots;
import j2html.tags.DomContent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** {@code report.html}: a pruning run. */
public final class PrunePage {
  private static final Map<String, String> CHOICES =
      Map.of(
          "tf32", "TF32",
          "flash_attention", "flash attention",
          "cudnn_attention", "cuDNN attention");

  private PrunePage() {}

  /** The document in UTF-8. */
  public static byte[] of(PruneReport report) {
    return Page.of(
        "%s pruned to %s by %s"
            .formatted(
                ReportTables.fileName(report.model()),
                Quantities.percent(report.achievedSparsity()),
                report.method()),
        report.origin(),
        each(Verdict.againstDense(report), sentence -> p(sentence).withClass("verdict")),
        each(Verdict.againstUniform(report), sentence -> p(sentence).withClass("verdict")),
        iff(!report.perplexity().isEmpty(), perplexity(report)),
        iff(!report.allocation().trials().isEmpty(), candidates(report.allocation())),
        iff(!report.warnings().isEmpty(), part("Warnings", sentences(report.warnings()))),
        part("What was run", facts(settings(report))),
        part("Plots", Figures.of(Plots.of(report))),
        iff(!report.notes().isEmpty(), part("Notes", sentences(report.notes()))),
        part("Time and memory", table(ReportTables.phases(report))),
        part("Linears", linears(report)));
  }

  private static DomContent perplexity(PruneReport report) {
    return part("Perplexity", table(ReportTables.perplexity(report)))
        .with(each(report.perplexity(), c -> p(c.protocol().toString()).withClass("quiet")));
  }

  private static DomContent candidates(PruneReport.Allocation allocation) {
    return part(
        "Candidates",
        table(ReportTables.trials(allocation.trials())),
        p("Judged by " + allocation.criterion()).withClass("quiet"));
  }

  private static DomContent linears(PruneReport report) {
    int count = report.blocks().stream().mapToInt(block -> block.linears().size()).sum();
    return details(
        summary("All %d, with target, sparsity and error".formatted(count)),
        table(ReportTables.linears(report)));
  }

  private static Map<String, String> settings(PruneReport report) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Model", report.model());
    facts.put("Output", report.output());
    facts.put("Method", report.describeMethod());
    facts.put("Allocation", report.allocation().describe());
    facts.put("Pattern", report.pattern());
    facts.put("Rounding", report.rounding());
    facts.put(
        "Sparsity",
        "%s of %s weights, target %s"
            .formatted(
                Quantities.percent(report.achievedSparsity()),
                Quantities.count(report.weights()),
                Quantities.percent(report.targetSparsity())));
    facts.put("Calibration", report.calibration().describe());
    facts.put("Its tokens", report.calibration().digest());
    PruneReport.Compute compute = report.compute();
    facts.put(
        "Computed on",
        "%s, %s, %s"
            .formatted(compute.device(), compute.dtype(), Plural.of(compute.threads(), "thread")));
    if (!compute.cuda().isEmpty()) {
      facts.put("On CUDA", describe(compute.cuda()));
    }
    facts.put("Kernels", Kernels.cpuInstructionSet());
    facts.put("Time in all", Quantities.duration(report.seconds()));
    return facts;
  }

  /** Such as "cuDNN attention off, flash attention on, TF32 off". */
  private static String describe(Map<String, Boolean> choices) {
    return choices.entrySet().stream()
        .map(
            choice ->
                CHOICES.getOrDefault(choice.getKey(), choice.getKey())
                    + (choice.getValue() ? " on" : " off"))
        .collect(Collectors.joining(", "));
  }
}
