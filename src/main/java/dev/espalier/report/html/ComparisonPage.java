package dev.espalier.report.html;

import static dev.espalier.report.html.Elements.part;
import static dev.espalier.report.html.Elements.sentences;
import static dev.espalier.report.html.Elements.table;
import static j2html.TagCreator.div;
import static j2html.TagCreator.each;
import static j2html.TagCreator.iff;
import static j2html.TagCreator.p;

import dev.espalier.Plural;
import dev.espalier.report.Origin;
import dev.espalier.report.ReportTables;
import dev.espalier.report.RunComparison;
import dev.espalier.report.plot.Plots;

/** Pruning runs side by side. */
public final class ComparisonPage {
  private ComparisonPage() {}

  /**
   * The document in UTF-8.
   *
   * @param origin where the comparison comes from
   */
  public static byte[] of(RunComparison comparison, Origin origin) {
    return Page.of(
        Plural.of(comparison.runs().size(), "pruning run"),
        origin,
        iff(
            !comparison.cautions().isEmpty(),
            div(sentences(comparison.cautions())).withClass("warnings")),
        part("Runs", table(ReportTables.runs(comparison))),
        each(
            comparison.perplexities(),
            (protocol, measured) ->
                part(
                    "Perplexity",
                    table(ReportTables.perplexities(measured)),
                    p(protocol.toString()).withClass("quiet"))),
        part("Plots", Figures.of(Plots.of(comparison))));
  }
}
