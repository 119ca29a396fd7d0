package dev.espalier.report.html;

import static j2html.TagCreator.div;
import static j2html.TagCreator.figcaption;
import static j2html.TagCreator.h3;
import static j2html.TagCreator.li;
import static j2html.TagCreator.p;
import static j2html.TagCreator.rawHtml;
import static j2html.TagCreator.ul;

import dev.espalier.report.plot.Palette;
import dev.espalier.report.plot.Plot;
import dev.espalier.report.plot.SvgRenderer;
import j2html.tags.DomContent;
import j2html.tags.specialized.UlTag;
import java.util.ArrayList;
import java.util.List;

/** A page's plots with their titles and legends. */
final class Figures {
  /** Draws a plot as an {@code svg} element. */
  interface Renderer {
    /**
     * @param id distinguishes the names inside from those of the page's other plots
     */
    String render(Plot plot, String id);
  }

  private Figures() {}

  static DomContent of(List<Plot> plots) {
    return of(plots, SvgRenderer::render);
  }

  /**
   * The plots, or a sentence on why there are none. No failure to draw gets out: what is reported
   * may have taken a night.
   */
  static DomContent of(List<Plot> plots, Renderer renderer) {
    List<DomContent> figures = new ArrayList<>();
    try {
      for (Plot plot : plots) {
        if (!plot.legend().isEmpty()) {
          figures.add(figure(plot, renderer.render(plot, "plot" + figures.size())));
        }
      }
    } catch (Exception | Error e) {
      // Where there are no fonts, the JDK fails with errors of several kinds.
      return p("There are no plots, because they could not be drawn here (%s); the tables hold the same numbers. Java draws text with the system's fonts: with fontconfig and a font, such as DejaVu, there are plots."
              .formatted(reason(e)))
          .withClass("quiet");
    }
    return div(figures.toArray(DomContent[]::new)).withClass("figures");
  }

  private static DomContent figure(Plot plot, String svg) {
    return j2html.TagCreator.figure(
        figcaption(h3(plot.title()), p(plot.caption())), rawHtml(svg), legend(plot));
  }

  private static UlTag legend(Plot plot) {
    UlTag legend = ul().withClass("legend");
    for (Plot.Entry entry : plot.legend()) {
      legend.with(
          li(entry.name())
              .withStyle("--series:" + Palette.css(entry.colour()))
              .withCondClass(entry.dashed(), "dashed"));
    }
    return legend;
  }

  private static String reason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }
}
