package dev.espalier.report;

import dev.espalier.Printable;
import java.util.ArrayList;
import java.util.List;

/** A table: the first column to the left, the others to the right. */
public final class Table {
  private final List<String> header;
  private final List<List<String>> rows = new ArrayList<>();

  /** A table without rows yet. */
  public Table(String... header) {
    this(List.of(header));
  }

  Table(List<String> header) {
    this.header = List.copyOf(header);
  }

  /** Adds a row of as many cells as the header has. */
  public Table row(String... cells) {
    return row(List.of(cells));
  }

  /** Adds a row of as many cells as the header has. */
  Table row(List<String> cells) {
    if (cells.size() != header.size()) {
      throw new IllegalArgumentException("a row of " + cells.size() + " cells");
    }
    rows.add(List.copyOf(cells));
    return this;
  }

  /** The heads of its columns. */
  public List<String> header() {
    return header;
  }

  /** The cells, row after row. */
  public List<List<String>> rows() {
    return List.copyOf(rows);
  }

  /** For the console, its columns aligned and without controls. */
  @Override
  public String toString() {
    List<String> heads = printable(header);
    List<List<String>> lines = rows.stream().map(Table::printable).toList();
    int[] widths = heads.stream().mapToInt(String::length).toArray();
    for (List<String> row : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    append(text, heads, widths);
    lines.forEach(row -> append(text, row, widths));
    return text.toString();
  }

  private static List<String> printable(List<String> cells) {
    return cells.stream().map(Printable::of).toList();
  }

  private static void append(StringBuilder text, List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String format = i == 0 ? "%-" + widths[i] + "s" : "  %" + widths[i] + "s";
      line.append(format.formatted(row.get(i)));
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }
}
