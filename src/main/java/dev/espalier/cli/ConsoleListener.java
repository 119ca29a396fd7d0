package dev.espalier.cli;

import dev.espalier.Progress;

/** A listener that may hold a line of the terminal, which it gives back when closed. */
interface ConsoleListener extends Progress, AutoCloseable {
  /** Ends what a failure has cut short; after an orderly end there is nothing to do. */
  @Override
  default void close() {}
}
