package dev.espalier.cli;

import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** A subcommand. */
interface Command {
  String name();

  /** What it does, in half a line. */
  String summary();

  /** A few command lines worth knowing, without the program's name. */
  List<String> examples();

  /** What it takes beside options, such as {@code FILE...}; most take nothing. */
  default Optional<String> operands() {
    return Optional.empty();
  }

  /** Its own options; those of every command are added to them. */
  Options options();

  void run(CommandLine line, Console console);
}
