package dev.espalier.report.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Draws plots with XChart as SVG for an HTML page: transparent, axes and labels in the page's text
 * colour, no larger than its container; the page shows title and legend.
 *
 * <p>Labels are measured with the system's fonts; where it has none, drawing fails.
 */
public final class SvgRenderer {
  /** Readable unscaled on a phone. */
  private static final int WIDTH = 480;

  private static final int HEIGHT = 280;

  /** No series has it, so that it can be told from them and replaced. */
  private static final Color INK = new Color(1, 2, 3);

  private static final Color NOTHING = new Color(0, 0, 0, 0);
  private static final int MOST_BLOCKS_WITH_MARKERS = 24;
  private static final int MOST_TICKS = 12;
  private static final MathContext TICK_DIGITS = new MathContext(4);
  private static final double LOGARITHMIC_FROM = 20;

  private static final List<Marker> MARKERS =
      List.of(
          SeriesMarkers.CIRCLE,
          SeriesMarkers.SQUARE,
          SeriesMarkers.DIAMOND,
          SeriesMarkers.TRIANGLE_UP,
          SeriesMarkers.TRIANGLE_DOWN,
          SeriesMarkers.CROSS,
          SeriesMarkers.PLUS);

  private SvgRenderer() {}

  /**
   * An {@code svg} element.
   *
   * @param id distinguishes the names inside from those of a page's other plots
   */
  public static String render(Plot plot, String id) {
    try {
      byte[] document = ChartEncoder.getBytes(chart(plot), "svg");
      return element(new String(document, StandardCharsets.UTF_8), plot, id);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // bytes in memory cannot fail
    }
  }

  private static Chart<?, ?> chart(Plot plot) {
    if (plot instanceof Plot.Curves curves) {
      return chart(curves);
    }
    return plot instanceof Plot.Scatter scatter ? chart(scatter) : chart((Plot.Bars) plot);
  }

  private static Chart<?, ?> chart(Plot.Scatter plot) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .xAxisTitle(plot.xLabel())
            .yAxisTitle(plot.yLabel())
            .build();
    style(chart.getStyler());
    chart.getStyler().setXAxisTickLabelsFormattingFunction(SvgRenderer::number);
    chart.getStyler().setXAxisMaxLabelCount(MOST_TICKS / 2);
    chart.getStyler().setYAxisTickLabelsFormattingFunction(SvgRenderer::number);
    bound(
        chart.getStyler(),
        plot.series().stream().flatMap(series -> series.points().values().stream()));
    for (int i = 0; i < plot.series().size(); i++) {
      Plot.Series series = plot.series().get(i);
      if (!series.points().isEmpty()) {
        style(
            chart.addSeries(
                String.valueOf(i),
                series.points().keySet().stream().mapToDouble(Double::doubleValue).toArray(),
                series.points().values().stream().mapToDouble(Double::doubleValue).toArray()),
            i,
            series.look());
      }
    }
    return chart;
  }

  private static void style(XYSeries series, int index, Plot.Look look) {
    series.setLineColor(Palette.colour(index));
    series.setMarkerColor(Palette.colour(index));
    series.setMarker(
        switch (look) {
          case MEASURED -> SeriesMarkers.CIRCLE;
          case GUESSED -> SeriesMarkers.CROSS;
          case RING -> new RingMarker();
          case LEVEL -> SeriesMarkers.NONE;
        });
    series.setLineStyle(look == Plot.Look.LEVEL ? dashed() : SeriesLines.NONE);
  }

  private static Chart<?, ?> chart(Plot.Curves plot) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .xAxisTitle("block")
            .yAxisTitle(plot.yLabel())
            .build();
    style(chart.getStyler());
    chart.getStyler().setXAxisTickLabelsFormattingFunction(SvgRenderer::wholeNumber);
    chart.getStyler().setXAxisMaxLabelCount(MOST_TICKS);
    chart.getStyler().setYAxisTickLabelsFormattingFunction(SvgRenderer::number);
    bound(
        chart.getStyler(),
        plot.curves().stream().flatMap(curve -> curve.points().values().stream()));
    for (int i = 0; i < plot.curves().size(); i++) {
      Plot.Curve curve = plot.curves().get(i);
      if (!curve.points().isEmpty()) {
        Map<Integer, Double> points = points(curve);
        XYSeries series =
            chart.addSeries(
                String.valueOf(i),
                points.keySet().stream().mapToDouble(Integer::doubleValue).toArray(),
                points.values().stream().mapToDouble(Double::doubleValue).toArray());
        style(series, i, curve);
      }
    }
    return chart;
  }

  /**
   * Round bounds just around all values: XChart takes evenly spaced values for ticks, whatever
   * their digits, where they fill the range.
   */
  private static void bound(AxesChartStyler styler, Stream<Double> drawn) {
    DoubleSummaryStatistics values = drawn.mapToDouble(Double::doubleValue).summaryStatistics();
    double range = values.getMax() - values.getMin();
    if (range > 0) {
      double step = Math.pow(10, Math.floor(Math.log10(range)) - 1);
      styler.setYAxisMin(Math.floor(values.getMin() / step) * step);
      styler.setYAxisMax(Math.ceil(values.getMax() / step) * step);
    }
  }

  /** Of a level the ends, since XChart begins its dashes anew at every point. */
  private static Map<Integer, Double> points(Plot.Curve curve) {
    TreeMap<Integer, Double> points = new TreeMap<>(curve.points());
    if (curve.reference() && Set.copyOf(points.values()).size() == 1) {
      points.subMap(points.firstKey(), false, points.lastKey(), false).clear();
    }
    return points;
  }

  private static void style(XYSeries series, int index, Plot.Curve curve) {
    series.setLineColor(Palette.colour(index));
    series.setLineStyle(curve.reference() ? dashed() : new BasicStroke(2f));
    boolean marked = !curve.reference() && curve.points().size() <= MOST_BLOCKS_WITH_MARKERS;
    series.setMarker(marked ? MARKERS.get(index % MARKERS.size()) : SeriesMarkers.NONE);
    series.setMarkerColor(Palette.colour(index));
  }

  private static BasicStroke dashed() {
    return new BasicStroke(
        2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1f, new float[] {6, 4}, 0);
  }

  /** Without the digits that doubles add. */
  private static String number(double tick) {
    return new BigDecimal(tick).round(TICK_DIGITS).stripTrailingZeros().toPlainString();
  }

  private static String wholeNumber(double tick) {
    return tick == Math.rint(tick) ? String.format(Locale.ROOT, "%.0f", tick) : "";
  }

  private static Chart<?, ?> chart(Plot.Bars plot) {
    CategoryChart chart =
        new CategoryChartBuilder().width(WIDTH).height(HEIGHT).yAxisTitle(plot.yLabel()).build();
    style(chart.getStyler());
    chart.getStyler().setPlotGridVerticalLinesVisible(false);
    DoubleSummaryStatistics values =
        plot.bars().stream()
            .flatMap(bar -> bar.values().values().stream())
            .mapToDouble(Double::doubleValue)
            .summaryStatistics();
    if (values.getMax() > LOGARITHMIC_FROM * values.getMin()) {
      chart.getStyler().setYAxisLogarithmic(true);
      chart.getStyler().setYAxisMin(Math.min(1, values.getMin() / 2));
    }
    for (int i = 0; i < plot.bars().size(); i++) {
      Plot.Bar bar = plot.bars().get(i);
      if (!bar.values().isEmpty()) {
        chart
            .addSeries(
                String.valueOf(i),
                plot.groups(),
                plot.groups().stream().map(group -> (Number) bar.values().get(group)).toList())
            .setFillColor(Palette.colour(i));
      }
    }
    return chart;
  }

  private static void style(AxesChartStyler styler) {
    Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 15);
    styler.setLegendVisible(false);
    styler.setChartTitleVisible(false);
    styler.setChartPadding(4);
    styler.setLocale(Locale.ROOT);
    styler.setAxisTitleFont(font).setAxisTickLabelsFont(font);
    styler.setChartBackgroundColor(NOTHING);
    styler.setPlotBackgroundColor(NOTHING);
    styler.setPlotBorderVisible(false);
    styler.setChartFontColor(INK);
    styler.setXAxisTitleColor(INK);
    styler.setYAxisTitleColor(INK);
    styler.setAxisTickLabelsColor(INK).setAxisTickMarksColor(INK);
    styler.setPlotGridLinesColor(new Color(128, 128, 128, 90));
    styler.setPlotGridLinesStroke(new BasicStroke(1f));
    styler.setMarkerSize(7);
  }

  /**
   * The document's svg element with names of its own, at most two decimals, no fixed size, and what
   * a screen reader says in place of the picture.
   */
  private static String element(String document, Plot plot, String id) {
    String ink = "rgb(%d,%d,%d)".formatted(INK.getRed(), INK.getGreen(), INK.getBlue());
    String svg =
        document
            .substring(document.indexOf("<svg"))
            .strip()
            .replaceFirst(" height=\"\\d+px\"", "")
            .replaceFirst(" width=\"\\d+px\"", "")
            .replaceFirst(" x=\"0px\" y=\"0px\"", "")
            .replaceAll("\\bclip(\\d+)\\b", id + "-clip$1")
            .replaceAll("(\\d\\.\\d{2})\\d+", "$1")
            .replace(ink, "currentColor");
    int end = svg.indexOf('>');
    return "%s role=\"img\" aria-labelledby=\"%s-title\"><title id=\"%s-title\">%s</title>%s"
        .formatted(svg.substring(0, end), id, id, escaped(told(plot)), svg.substring(end + 1));
  }

  private static String told(Plot plot) {
    String names = plot.legend().stream().map(Plot.Entry::name).collect(Collectors.joining(", "));
    return "%s: %s".formatted(plot.title(), names);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
