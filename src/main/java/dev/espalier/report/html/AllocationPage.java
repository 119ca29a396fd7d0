package dev.espalier.report.html;

import static dev.espalier.report.html.Elements.facts;
import static dev.espalier.report.html.Elements.part;
import static dev.espalier.report.html.Elements.sentences;
import static dev.espalier.report.html.Elements.table;
import static j2html.TagCreator.each;
import static j2html.TagCreator.iff;

import dev.espalier.report.AllocationReport;
import dev.espalier.report.Quantities;
import dev.espalier.report.ReportTables;
import dev.espalier.report.plot.Plots;
import java.util.LinkedHashMap;
import java.util.Map;

/** Allocations side by side. */
public final class AllocationPage {
  private AllocationPage() {}

  /** The document in UTF-8. */
  public static byte[] of(AllocationReport report) {
    return Page.of(
        "Allocations of %s for %s"
            .formatted(
                Quantities.percent(report.sparsity()), ReportTables.fileName(report.model())),
        report.origin(),
        iff(!report.notes().isEmpty(), part("Notes", sentences(report.notes()))),
        part("Plots", Figures.of(Plots.of(report))),
        part("What was asked", facts(settings(report))),
        part("Blocks", table(ReportTables.allocations(report))),
        each(
            ReportTables.allocationsByLinear(report).stream().toList(),
            t -> part("Linears", table(t))));
  }

  private static Map<String, String> settings(AllocationReport report) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Model", report.model());
    facts.put("Pattern", report.pattern());
    facts.put("Sparsity", Quantities.percent(report.sparsity()));
    report.calibration().ifPresent(c -> facts.put("Calibration", c.describe()));
    facts.put(
        "Allocations",
        String.join(", ", report.plans().stream().map(AllocationReport.Plan::describe).toList()));
    return facts;
  }
}
