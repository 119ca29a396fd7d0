package dev.espalier.cli;

import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** A subcommand. */
interface Command {
  String name();

  /** What it does, in half a line. */
  String summary();

  /** A few command lines worth knowing, without the program's name. */
  List<String> examples();

  /** Its own options; those of every command are added to them. */
  Options options();

  void run(CommandLine line, Console console);
}
