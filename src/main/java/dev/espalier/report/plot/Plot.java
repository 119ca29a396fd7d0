package dev.espalier.report.plot;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** What is to be drawn; values that are no finite numbers are left out. */
public sealed interface Plot {
  /** What it shows. */
  String title();

  /** What one has to know to read it; may be empty. */
  String caption();

  /** What is drawn how; empty if there is nothing to draw. */
  List<Entry> legend();

  /**
   * One line of a legend.
   *
   * @param colour an index in {@link Palette}
   */
  record Entry(String name, int colour, boolean dashed) {}

  /** Curves over block indices. */
  record Curves(String title, String caption, String yLabel, List<Curve> curves) implements Plot {
    public Curves {
      curves = List.copyOf(curves);
    }

    @Override
    public List<Entry> legend() {
      return IntStream.range(0, curves.size())
          .filter(i -> !curves.get(i).points().isEmpty())
          .mapToObj(i -> new Entry(curves.get(i).name(), i, curves.get(i).reference()))
          .toList();
    }
  }

  /**
   * A value for each block.
   *
   * @param points by block index
   * @param reference whether the others are to be compared with it; it is dashed then
   */
  record Curve(String name, Map<Integer, Double> points, boolean reference) {
    public Curve {
      points = new TreeMap<>(points);
      points.values().removeIf(y -> !Double.isFinite(y));
    }

    static Curve of(String name, Map<Integer, Double> points) {
      return new Curve(name, points, false);
    }
  }

  /** Values over a number that was varied. */
  record Scatter(String title, String caption, String xLabel, String yLabel, List<Series> series)
      implements Plot {
    public Scatter {
      series = List.copyOf(series);
    }

    @Override
    public List<Entry> legend() {
      return IntStream.range(0, series.size())
          .filter(i -> !series.get(i).points().isEmpty())
          .mapToObj(i -> new Entry(series.get(i).name(), i, series.get(i).look() == Look.LEVEL))
          .toList();
    }
  }

  /** How the points of a series are drawn. */
  enum Look {
    /** Marks of what was measured. */
    MEASURED,
    /** Other marks of what was not. */
    GUESSED,
    /** Rings around the marks of others. */
    RING,
    /** A dashed line that the others are to be compared with. */
    LEVEL
  }

  /** Points that are drawn alike, in order of x. */
  record Series(String name, Map<Double, Double> points, Look look) {
    public Series {
      points = new TreeMap<>(points);
      points.values().removeIf(y -> !Double.isFinite(y));
    }
  }

  /** Groups of bars; the y axis is logarithmic where the values differ by orders of magnitude. */
  record Bars(String title, String caption, String yLabel, List<String> groups, List<Bar> bars)
      implements Plot {
    public Bars {
      groups = List.copyOf(groups);
      bars = List.copyOf(bars);
    }

    @Override
    public List<Entry> legend() {
      return IntStream.range(0, bars.size())
          .filter(i -> !bars.get(i).values().isEmpty())
          .mapToObj(i -> new Entry(bars.get(i).name(), i, false))
          .toList();
    }
  }

  /**
   * The bars of one colour.
   *
   * @param values by group, all positive
   */
  record Bar(String name, Map<String, Double> values) {
    public Bar {
      values = new LinkedHashMap<>(values);
      values.values().removeIf(y -> !Double.isFinite(y));
    }
  }
}
