package dev.espalier.cli;

import dev.espalier.BadInputException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;

/** The entry point: finds the subcommand, runs it, turns failures into a sentence and a code. */
public final class Espalier {
  private static final List<Command> COMMANDS =
      List.of(new PruneCommand(), new EvalCommand(), new InspectCommand());

  private Espalier() {}

  public static void main(String[] args) {
    Interruption.watch(System.err);
    int code = run(args, System.out, System.err);
    Interruption.unwatch();
    System.exit(code);
  }

  /** Runs a command line and returns its exit code. */
  static int run(String[] args, PrintStream out, PrintStream err) {
    if (args.length == 0 || List.of("--help", "-h", "help").contains(args[0])) {
      (args.length == 0 ? err : out).print(Help.overview(COMMANDS));
      return args.length == 0 ? ExitCode.BAD_INPUT : ExitCode.OK;
    }
    boolean debug = Arrays.asList(args).contains("--debug");
    try {
      Command command = find(args[0]);
      List<String> options =
          PublishedAliases.translate(Arrays.asList(args).subList(1, args.length));
      Options known = CommonOptions.addTo(command.options());
      if (options.contains("--help") || options.contains("-h")) {
        out.print(Help.of(command, known));
        return ExitCode.OK;
      }
      CommandLine line = parse(command, known, options);
      command.run(line, new Console(out, err, line.hasOption("json"), line.hasOption("quiet")));
      return ExitCode.OK;
    } catch (BadInputException e) {
      return fail(err, e, debug, ExitCode.BAD_INPUT);
    } catch (RuntimeException | Error e) {
      return fail(err, e, debug, ExitCode.FAILURE);
    }
  }

  private static Command find(String name) {
    return COMMANDS.stream()
        .filter(command -> command.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new BadInputException(
                    "there is no command \"%s\"; the commands are %s"
                        .formatted(
                            name,
                            String.join(", ", COMMANDS.stream().map(Command::name).toList()))));
  }

  private static CommandLine parse(Command command, Options known, List<String> options) {
    try {
      CommandLine line =
          DefaultParser.builder()
              .setAllowPartialMatching(false)
              .setStripLeadingAndTrailingQuotes(false)
              .get()
              .parse(known, options.toArray(String[]::new));
      if (!line.getArgList().isEmpty()) {
        throw new BadInputException(
            "\"%s\" is not an option; see espalier %s --help"
                .formatted(line.getArgList().get(0), command.name()));
      }
      return line;
    } catch (ParseException e) {
      throw new BadInputException(
          "%s; see espalier %s --help".formatted(e.getMessage(), command.name()));
    }
  }

  private static int fail(PrintStream err, Throwable failure, boolean debug, int code) {
    String message = failure.getMessage();
    // libtorch puts a native stack below its first line.
    String sentence = message == null ? failure.toString() : message.lines().findFirst().orElse("");
    err.println("espalier: " + sentence);
    if (debug) {
      failure.printStackTrace(err);
    } else if (code == ExitCode.FAILURE) {
      err.println("(--debug shows where)");
    }
    return code;
  }
}
