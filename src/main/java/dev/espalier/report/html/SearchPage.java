package dev.espalier.report.html;

import static dev.espalier.report.html.Elements.facts;
import static dev.espalier.report.html.Elements.part;
import static dev.espalier.report.html.Elements.table;
import static j2html.TagCreator.p;

import dev.espalier.report.Quantities;
import dev.espalier.report.ReportTables;
import dev.espalier.report.SearchReport;
import dev.espalier.report.plot.Plots;
import java.util.LinkedHashMap;
import java.util.Map;

/** A search and its trials. */
public final class SearchPage {
  private SearchPage() {}

  /** The document in UTF-8. */
  public static byte[] of(SearchReport report) {
    return Page.of(
        "Best allocation of %s for %s: %s"
            .formatted(
                Quantities.percent(report.sparsity()),
                ReportTables.fileName(report.model()),
                report.best().describe()),
        report.origin(),
        p("Best is %s: perplexity %s."
                .formatted(
                    report.best().describe(), Quantities.perplexity(report.best().perplexity())))
            .withClass("verdict"),
        part(
            "Trials",
            table(ReportTables.trials(report.trials())),
            p(report.criterion().toString()).withClass("quiet"),
            p(report.judge()).withClass("quiet")),
        part("Plots", Figures.of(Plots.of(report))),
        part("What was asked", facts(settings(report))));
  }

  private static Map<String, String> settings(SearchReport report) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Model", report.model());
    facts.put("Method", report.describeMethod());
    facts.put("Pattern", report.pattern());
    facts.put("Sparsity", Quantities.percent(report.sparsity()));
    facts.put("Calibration", report.calibration().describe());
    facts.put("Time", Quantities.duration(report.seconds()));
    return facts;
  }
}
