package dev.espalier.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.report.ReportJson;
import java.io.PrintStream;

/**
 * Where JSON documents go: with {@code --json} a run prints exactly one, be it the result or why
 * there is none.
 */
final class DocumentOutput {
  private final PrintStream out;
  private final boolean asked;
  private boolean printed;

  /**
   * @param asked whether the command line asks for a document
   */
  DocumentOutput(PrintStream out, boolean asked) {
    this.out = out;
    this.asked = asked;
  }

  boolean asked() {
    return asked;
  }

  /** Prints the run's document. */
  synchronized void print(ObjectNode document) {
    out.print(ReportJson.text(document));
    out.flush();
    printed = true;
  }

  /**
   * Prints what happened instead, unless the run's document is out already or none is asked for.
   */
  synchronized void printInstead(ObjectNode error) {
    if (asked && !printed) {
      print(error);
    }
  }
}
