package dev.espalier.cli;

import java.io.PrintStream;

/**
 * What goes where: results on standard output; progress and notes on standard error, and with
 * {@code --quiet} nowhere.
 *
 * @param json whether the result is one JSON document
 * @param listener hears of progress and notes
 */
record Console(PrintStream out, boolean json, ConsoleListener listener) implements AutoCloseable {
  /** The launcher sets it to the width of the terminal that standard error is, if it is one. */
  private static final String COLUMNS = "espalier.columns";

  private static final int NARROWEST_BAR = 60;

  static Console of(PrintStream out, PrintStream err, boolean json, boolean quiet) {
    return new Console(out, json, quiet ? new QuietListener() : listener(err));
  }

  /** Progress as a bar on a terminal, as a line now and then elsewhere. */
  private static ConsoleListener listener(PrintStream err) {
    int columns = Integer.getInteger(COLUMNS, 0);
    Colours colours = Colours.ofErr();
    return columns >= NARROWEST_BAR
        ? new BarListener(err, columns, colours)
        : new LineListener(err, colours);
  }

  @Override
  public void close() {
    listener.close();
  }
}
