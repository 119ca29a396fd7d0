package dev.espalier.cli;

import dev.espalier.BadInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What stands before the options in a published command, such as {@code python main.py}. */
final class PublishedScript {
  /** Whose scripts give an option another meaning than the others do. */
  enum Repository {
    SPARSEGPT,
    DLP
  }

  /**
   * A command line without its beginning.
   *
   * @param repository whose script it was, where that matters
   * @param notes what else went, a sentence each
   */
  record Rest(Optional<Repository> repository, List<String> args, List<String> notes) {
    /** One that has no such beginning. */
    static Rest all(List<String> args) {
      return new Rest(Optional.empty(), args, List.of());
    }
  }

  private static final Map<String, Repository> REPOSITORIES =
      Map.of(
          "llama.py", Repository.SPARSEGPT,
          "opt.py", Repository.SPARSEGPT,
          "bloom.py", Repository.SPARSEGPT,
          "run.py", Repository.DLP);

  /** Those that do something else than prune. */
  private static final Map<String, String> INSTEAD =
      Map.of(
          "search.sh",
          "tries steps of beta; write espalier search --model FOLDER --calibration FILE --over beta",
          "evaluate_ppl.py",
          "measures perplexity; write espalier eval --model FOLDER --evaluate FILE",
          "finetune_lm.py",
          "trains a pruned model, which this version does not do",
          "deepsparse.benchmark",
          "measures the speed of an engine of its own, which this version does not do",
          "sparseml.export",
          "exports to ONNX, which this version does not do; it takes the folder that espalier prune"
              + " writes");

  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_]\\w*=.*");
  private static final Pattern LAUNCHER =
      Pattern.compile(
          "[$%>]|!?(?:.*/)?(?:python[\\d.]*|bash|sh|torchrun|accelerate|deepspeed|nohup|time|env|srun"
              + "|sudo|uv|poetry|export)");
  private static final Pattern SCRIPT = Pattern.compile("(?:.*/)?[\\w.-]+\\.(?:py|sh)");

  /** Where a line ended with a backslash and no space before it. */
  private static final Pattern RUN_TOGETHER = Pattern.compile("(.*\\.py)(-.*)");

  private PublishedScript() {}

  /** Whether a command line begins so. */
  static boolean begins(String first) {
    return VARIABLE.matcher(first).matches()
        || LAUNCHER.matcher(first).matches()
        || SCRIPT.matcher(first).matches()
        || RUN_TOGETHER.matcher(first).matches()
        || INSTEAD.containsKey(first);
  }

  /**
   * @throws BadInputException if it is no command that prunes
   */
  static Rest drop(List<String> args) {
    if (args.isEmpty() || !begins(args.get(0))) {
      return Rest.all(args);
    }
    List<String> notes = new ArrayList<>();
    for (int i = 0; i < args.size(); i++) {
      String arg = args.get(i);
      requireSpace(arg);
      String name = arg.substring(arg.lastIndexOf('/') + 1);
      if (INSTEAD.containsKey(name)) {
        throw new BadInputException("%s %s".formatted(arg, INSTEAD.get(name)));
      }
      if (VARIABLE.matcher(arg).matches()) {
        notes.add("%s is ignored here: it belongs before espalier.".formatted(arg));
      } else if (SCRIPT.matcher(arg).matches()) {
        requirePython(arg);
        return new Rest(
            Optional.ofNullable(REPOSITORIES.get(name)), args.subList(i + 1, args.size()), notes);
      }
    }
    throw new BadInputException(
        "no script such as main.py follows %s; write espalier prune and then the options"
            .formatted(args.get(0)));
  }

  private static void requireSpace(String arg) {
    Matcher together = RUN_TOGETHER.matcher(arg);
    if (together.matches()) {
      throw new BadInputException(
          "\"%s\" is two words run together, as where a line ends with \\ and has no space before it; write \"%s %s\", and so for every line"
              .formatted(arg, together.group(1), together.group(2)));
    }
  }

  private static void requirePython(String script) {
    if (script.endsWith(".sh")) {
      throw new BadInputException(
          "%s is a shell script; write espalier prune and the options of the command that is in it"
              .formatted(script));
    }
  }
}
