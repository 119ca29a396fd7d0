package dev.espalier.report.plot;

import java.util.List;
import java.util.Map;

/** What is to be drawn. Values that are no finite numbers are left out. */
public sealed interface Plot {
  String title();

  /** What one has to know to read it; may be empty. */
  String caption();

  /** The names of what is drawn, in order; the n-th is drawn in {@link Palette}'s n-th colour. */
  List<String> legend();

  /** Whether the n-th name is what the others are to be compared with. */
  default boolean isReference(int n) {
    return false;
  }

  /** Curves over block indices. */
  record Curves(String title, String caption, String yLabel, List<Curve> curves) implements Plot {
    public Curves {
      curves = List.copyOf(curves);
    }

    @Override
    public List<String> legend() {
      return curves.stream().map(Curve::name).toList();
    }

    @Override
    public boolean isReference(int n) {
      return curves.get(n).reference();
    }
  }

  /**
   * A value for each block.
   *
   * @param points by block index
   * @param reference whether the others are to be compared with it; it is dashed then
   */
  record Curve(String name, Map<Integer, Double> points, boolean reference) {
    static Curve of(String name, Map<Integer, Double> points) {
      return new Curve(name, points, false);
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
    public List<String> legend() {
      return bars.stream().map(Bar::name).toList();
    }
  }

  /**
   * The bars of one colour.
   *
   * @param values one per group, all positive
   */
  record Bar(String name, List<Double> values) {
    public Bar {
      values = List.copyOf(values);
    }
  }
}
