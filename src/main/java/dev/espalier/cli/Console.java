package dev.espalier.cli;

import java.io.PrintStream;

/**
 * What goes where: results on standard output; progress and notes on standard error, and with
 * {@code --quiet} nowhere.
 *
 * @param documents where the result goes if it is a JSON document
 * @param listener hears of progress and notes
 * @param command the command line, as it was given
 */
record Console(PrintStream out, DocumentOutput documents, ConsoleListener listener, String command)
    implements AutoCloseable {
  /** The launcher sets it to the width of the terminal that standard error is, if it is one. */
  private static final String COLUMNS = "espalier.columns";

  private static final int NARROWEST_BAR = 60;

  static Console of(
      PrintStream out, DocumentOutput documents, PrintStream err, boolean quiet, String command) {
    return new Console(out, documents, quiet ? new QuietListener() : listener(err), command);
  }

  /** Whether the result is one JSON document. */
  boolean json() {
    return documents.asked();
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
