package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.kernels.Kernels;
import dev.espalier.kernels.Natives;
import java.io.PrintStream;
import java.util.ArrayList;
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
    PrintStream out = StandardOutput.open();
    DocumentOutput documents = new DocumentOutput(out, asksForJson(args));
    Interruption.watch(System.err, documents);
    int code = run(args, out, documents, System.err);
    Interruption.unwatch();
    System.exit(code);
  }

  /** Runs a command line and returns its exit code. */
  static int run(String[] args, PrintStream out, PrintStream err) {
    return run(args, out, new DocumentOutput(out, asksForJson(args)), err);
  }

  /** Also where the command line cannot be read otherwise. */
  private static boolean asksForJson(String[] args) {
    return Arrays.asList(args).contains("--json");
  }

  private static int run(
      String[] args, PrintStream out, DocumentOutput documents, PrintStream err) {
    List<String> words = withCommand(Arrays.asList(args));
    boolean debug = words.contains("--debug");
    Options options =
        words.stream()
            .findFirst()
            .flatMap(Espalier::named)
            .map(Command::options)
            .orElseGet(Options::new);
    try {
      if (words.isEmpty()) {
        err.print(help(List.of()));
        return ExitCode.BAD_INPUT;
      }
      run(words.get(0), words.subList(1, words.size()), out, documents, err);
      if (out.checkError()) {
        err.println(Colours.ofErr().error("espalier:") + " standard output could not be written");
        return ExitCode.BAD_INPUT;
      }
      return ExitCode.OK;
    } catch (RuntimeException | Error e) {
      Failure failure = Failure.of(e, options);
      documents.printInstead(failure.document());
      err.println(Colours.ofErr().error("espalier:") + " " + failure.sentence());
      if (debug) {
        e.printStackTrace(err);
      } else if (failure.exitCode() == ExitCode.FAILURE) {
        err.println("(--debug shows where)");
      }
      return failure.exitCode();
    }
  }

  /** A published command prunes where no command of ours stands before it. */
  static List<String> withCommand(List<String> words) {
    return !words.isEmpty() && PublishedScript.begins(words.get(0))
        ? Stream.concat(Stream.of(PRUNE.name()), words.stream()).toList()
        : words;
  }

  private static void run(
      String first, List<String> rest, PrintStream out, DocumentOutput documents, PrintStream err) {
    switch (first) {
      case "help", "--help", "-h" -> out.print(help(rest));
      case "completion" -> out.print(new Completion(COMMANDS).script(rest));
      case "--version", "-V" -> out.println("espalier " + version());
      default -> run(find(first), rest, out, documents, err);
    }
  }

  private static void run(
      Command command,
      List<String> args,
      PrintStream out,
      DocumentOutput documents,
      PrintStream err) {
    if (args.contains("--help") || args.contains("-h")) {
      out.print(Help.of(command));
      return;
    }
    PublishedAliases.Translation translation = PublishedAliases.translate(args, command);
    CommandLine line = new OptionParser(command).parse(translation.args());
    List<String> words = new ArrayList<>(List.of("espalier", command.name()));
    words.addAll(args);
    boolean quiet = line.hasOption("quiet");
    try (Console console = Console.of(out, documents, err, quiet, ShellWords.line(words))) {
      translation.notes().forEach(console.listener()::note);
      Natives.load();
      command.run(line, console);
    }
  }

  private static String help(List<String> about) {
    return about.isEmpty() ? Help.overview(COMMANDS, version()) : Help.of(find(about.get(0)));
  }

  /** Of the native library, which has to be there for that. */
  private static String version() {
    Natives.load();
    return Kernels.version();
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
}
