package dev.espalier.bench;

import dev.espalier.BadInputException;
import java.util.List;
import java.util.Locale;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;

/** What the command line asks for. */
record BenchOptions(
    boolean help, boolean quick, boolean json, String filter, int repeats, int threads) {
  private static final int USUAL_REPEATS = 9;
  private static final int FEWEST_REPEATS = 3;

  static final String HELP =
      """
      Usage: espalier bench published [options]
      Measures our kernels against the published op sequences in libtorch, in turns.

        --filter TEXT   only cases whose op and shape contain TEXT
        --repeats N     timed runs of a side (9; fewer, at least 3, only where the
                        reference takes over a second)
        --threads N     CPU threads (all)
        --quick         tiny shapes: checks that everything works, measures nothing
        --json          print one JSON document on standard output
        --help          show this

      Returns 1 if an accuracy gate fails. A missed target is marked, but no failure.
      """;

  static BenchOptions parse(String... args) {
    Options known = new Options();
    for (String flag : List.of("quick", "json", "help")) {
      known.addOption(Option.builder().longOpt(flag).get());
    }
    for (String value : List.of("filter", "repeats", "threads")) {
      known.addOption(Option.builder().longOpt(value).hasArg().get());
    }
    CommandLine line = parse(known, args);
    return new BenchOptions(
        line.hasOption("help"),
        line.hasOption("quick"),
        line.hasOption("json"),
        line.getOptionValue("filter", ""),
        integer(line, "repeats", USUAL_REPEATS, FEWEST_REPEATS),
        integer(line, "threads", Runtime.getRuntime().availableProcessors(), 1));
  }

  private static CommandLine parse(Options known, String... args) {
    try {
      CommandLine line = new DefaultParser().parse(known, args);
      if (!line.getArgList().isEmpty()) {
        throw new BadInputException("\"%s\" is no option".formatted(line.getArgList().get(0)));
      }
      return line;
    } catch (ParseException e) {
      throw new BadInputException(e.getMessage());
    }
  }

  private static int integer(CommandLine line, String name, int fallback, int least) {
    String text = line.getOptionValue(name);
    if (text == null) {
      return fallback;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= least) {
        return value;
      }
    } catch (NumberFormatException e) {
      // The same complaint.
    }
    throw new BadInputException(
        "--%s is %s; a whole number of at least %d is needed".formatted(name, text, least));
  }

  List<Case<?, ?>> cases() {
    String wanted = filter.toLowerCase(Locale.ROOT);
    List<Case<?, ?>> all = quick ? Cases.quick() : Cases.full();
    List<Case<?, ?>> chosen =
        all.stream()
            .filter(c -> c.title().toString().toLowerCase(Locale.ROOT).contains(wanted))
            .toList();
    if (chosen.isEmpty()) {
      throw new BadInputException(
          "no case contains \"%s\"; the cases are:\n  %s"
              .formatted(
                  filter,
                  String.join("\n  ", all.stream().map(c -> c.title().toString()).toList())));
    }
    return chosen;
  }

  Harness.Repeats timedRuns() {
    return new Harness.Repeats(Math.max(USUAL_REPEATS, repeats), repeats);
  }
}
