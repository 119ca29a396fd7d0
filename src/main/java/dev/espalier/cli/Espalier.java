package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.EspalierException;
import dev.espalier.StorageException;
import dev.espalier.kernels.Kernels;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** The entry point: finds the subcommand, runs it, turns failures into a sentence and a code. */
public final class Espalier {
  private static final Command PRUNE = new PruneCommand();

  static final List<Command> COMMANDS =
      List.of(
          PRUNE,
          new AllocateCommand(),
          new SearchCommand(),
          new EvalCommand(),
          new InspectCommand(),
          new CompareCommand());

  private Espalier() {}

  public static void main(String[] args) {
    // Numbers look the same everywhere: 0.7, never 0,7.
    Locale.setDefault(Locale.ROOT);
    Interruption.watch(System.err);
    int code = run(args, System.out, System.err);
    Interruption.unwatch();
    System.exit(code);
  }

  /** Runs a command line and returns its exit code. */
  static int run(String[] args, PrintStream out, PrintStream err) {
    if (args.length == 0) {
      err.print(Help.overview(COMMANDS));
      return ExitCode.BAD_INPUT;
    }
    List<String> words = withCommand(Arrays.asList(args));
    boolean debug = words.contains("--debug");
    Options options = named(words.get(0)).map(Command::options).orElseGet(Options::new);
    try {
      run(words.get(0), words.subList(1, words.size()), out, err);
      return ExitCode.OK;
    } catch (EspalierException e) {
      int code =
          e instanceof BadInputException || e instanceof StorageException
              ? ExitCode.BAD_INPUT
              : ExitCode.FAILURE;
      return fail(err, e, firstLine(e) + SettingOptions.advised(e, options), debug, code);
    } catch (RuntimeException | Error e) {
      return fail(err, e, firstLine(e), debug, ExitCode.FAILURE);
    }
  }

  /** A published command prunes where no command of ours stands before it. */
  static List<String> withCommand(List<String> words) {
    return PublishedScript.begins(words.get(0))
        ? Stream.concat(Stream.of(PRUNE.name()), words.stream()).toList()
        : words;
  }

  private static void run(String first, List<String> rest, PrintStream out, PrintStream err) {
    switch (first) {
      case "help", "--help", "-h" -> out.print(help(rest));
      case "completion" -> out.print(new Completion(COMMANDS).script(rest));
      case "--version", "-V" -> out.println("espalier " + Kernels.version());
      default -> run(find(first), rest, out, err);
    }
  }

  private static void run(Command command, List<String> args, PrintStream out, PrintStream err) {
    if (args.contains("--help") || args.contains("-h")) {
      out.print(Help.of(command));
      return;
    }
    PublishedAliases.Translation translation = PublishedAliases.translate(args, command);
    CommandLine line = new OptionParser(command).parse(translation.args());
    try (Console console = Console.of(out, err, line.hasOption("json"), line.hasOption("quiet"))) {
      translation.notes().forEach(console.listener()::note);
      command.run(line, console);
    }
  }

  private static String help(List<String> about) {
    return about.isEmpty() ? Help.overview(COMMANDS) : Help.of(find(about.get(0)));
  }

  private static Optional<Command> named(String name) {
    return COMMANDS.stream().filter(command -> command.name().equals(name)).findFirst();
  }

  private static Command find(String name) {
    List<String> names = COMMANDS.stream().map(Command::name).toList();
    return named(name)
        .orElseThrow(
            () ->
                new BadInputException(
                    "there is no command \"%s\"%s; the commands are %s"
                        .formatted(
                            name,
                            Suggestion.question(Suggestion.nearest(name, names.stream())),
                            String.join(", ", names))));
  }

  /** libtorch puts a native stack below its first line. */
  private static String firstLine(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.toString() : message.lines().findFirst().orElse("");
  }

  private static int fail(
      PrintStream err, Throwable failure, String sentence, boolean debug, int code) {
    err.println(Colours.ofErr().error("espalier:") + " " + sentence);
    if (debug) {
      failure.printStackTrace(err);
    } else if (code == ExitCode.FAILURE) {
      err.println("(--debug shows where)");
    }
    return code;
  }
}
