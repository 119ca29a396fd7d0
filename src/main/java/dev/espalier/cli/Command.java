package dev.espalier.cli;

import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** A subcommand. */
interface Command {
  String name();

  /** What it does, in half a line. */
  String summary();

  /** Its own options; those of every command are added to them. */
  Options options();

  void run(CommandLine line, Console console);
}
