package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.allocation.AllocationCatalogue;
import dev.espalier.allocation.AllocationKind;
import dev.espalier.pruning.MethodCatalogue;
import dev.espalier.pruning.MethodKind;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.cli.Option;

/** Scripts that complete command lines, made from the commands and their options. */
final class Completion {
  /** What can stand first beside the commands, with a few words on each. */
  private static final List<Word> FURTHER =
      List.of(
          new Word("bench", "time the kernels against the published operations"),
          new Word("completion", "print a script that completes command lines"),
          new Word("help", "show a command's options"));

  private static final List<String> SHELLS = List.of("bash", "zsh", "fish");

  private record Word(String name, String description) {}

  private final List<Command> commands;

  Completion(List<Command> commands) {
    this.commands = commands;
  }

  /**
   * The script.
   *
   * @param operands the shell's name
   * @throws BadInputException if it is none of those that are known
   */
  String script(List<String> operands) {
    String shell = String.join(" ", operands);
    return switch (shell) {
      case "bash" -> bash();
      case "zsh" -> zsh();
      case "fish" -> fish();
      default ->
          throw new BadInputException(
              "completion needs a shell, %s; write espalier completion bash"
                  .formatted(String.join(", ", SHELLS)));
    };
  }

  private List<Word> words() {
    return Stream.concat(
            commands.stream().map(command -> new Word(command.name(), command.summary())),
            FURTHER.stream())
        .toList();
  }

  private String names() {
    return words().stream().map(Word::name).collect(Collectors.joining(" "));
  }

  private static List<Option> options(Command command) {
    return List.copyOf(CommonOptions.addTo(command.options()).getOptions());
  }

  /** What can follow an option; nothing where that is for the user to know. */
  private static List<String> values(Option option) {
    String argument = option.getArgName();
    return switch (option.getLongOpt()) {
      case "method" -> MethodCatalogue.all().stream().map(MethodKind::name).toList();
      case "allocation" ->
          Stream.concat(
                  Stream.of("auto"), AllocationCatalogue.all().stream().map(AllocationKind::name))
              .toList();
      default ->
          argument.contains("|")
              ? Stream.of(argument.split("\\|")).filter(word -> !word.contains(":")).toList()
              : List.of();
    };
  }

  private static boolean takesFile(Option option) {
    return option.getArgName().matches(".*(FILE|FOLDER).*")
        || option.getLongOpt().equals("allocation");
  }

  private String bash() {
    StringBuilder script =
        new StringBuilder(
            """
            # bash completion of espalier; source it, or: eval "$(espalier completion bash)"
            _espalier() {
              local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=
              COMPREPLY=()
              if ((COMP_CWORD == 1)); then
                COMPREPLY=($(compgen -W "%s" -- "$word"))
                return
              fi
              case ${COMP_WORDS[1]}:$before in
            """
                .formatted(names()));
    script.append(bashCase("help:help", names()));
    script.append(bashCase("completion:completion", String.join(" ", SHELLS)));
    for (Command command : commands) {
      for (Option option : options(command)) {
        if (option.hasArg()) {
          String key = "%s:--%s".formatted(command.name(), option.getLongOpt());
          script.append(
              takesFile(option) && values(option).isEmpty()
                  ? "    %s) compopt -o default; return ;;\n".formatted(key)
                  : bashCase(key, String.join(" ", values(option))));
        }
      }
    }
    script.append("  esac\n  case ${COMP_WORDS[1]} in\n");
    for (Command command : commands) {
      script.append(
          "    %s) words=\"%s\" ;;\n"
              .formatted(
                  command.name(),
                  options(command).stream()
                      .map(option -> "--" + option.getLongOpt())
                      .collect(Collectors.joining(" "))));
    }
    return script
        .append(
            """
              esac
              if [[ $word == -* ]]; then
                COMPREPLY=($(compgen -W "$words" -- "$word"))
              else
                compopt -o default
              fi
            }
            complete -F _espalier espalier
            """)
        .toString();
  }

  private static String bashCase(String key, String words) {
    return "    %s) COMPREPLY=($(compgen -W \"%s\" -- \"$word\")); return ;;\n"
        .formatted(key, words);
  }

  private String zsh() {
    StringBuilder script =
        new StringBuilder(
            """
            #compdef espalier
            # zsh completion of espalier; a file _espalier in $fpath, or: eval "$(espalier completion zsh)"
            _espalier() {
              if (( CURRENT == 2 )); then
                local -a words_first=(
            """);
    words()
        .forEach(
            word ->
                script.append(
                    "      %s%n".formatted(quoted(word.name() + ":" + word.description()))));
    script.append("    )\n    _describe command words_first\n    return\n  fi\n");
    script.append("  local first=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $first in\n");
    script.append("    help) _values command %s ;;\n".formatted(names()));
    script.append("    completion) _values shell %s ;;\n".formatted(String.join(" ", SHELLS)));
    for (Command command : commands) {
      script.append("    %s)\n      _arguments".formatted(command.name()));
      options(command).forEach(option -> script.append(" \\\n        ").append(zsh(option)));
      script.append(command.operands().isPresent() ? " \\\n        '*:file:_files'" : "");
      script.append(" ;;\n");
    }
    return script
        .append(
            """
              esac
            }
            if [[ $funcstack[1] == _espalier ]]; then
              _espalier "$@"
            else
              compdef _espalier espalier
            fi
            """)
        .toString();
  }

  private static String zsh(Option option) {
    String description = option.getDescription().replaceAll("([\\[\\]:\\\\])", "\\\\$1");
    String spec = "--%s[%s]".formatted(option.getLongOpt(), description);
    if (option.hasArg()) {
      List<String> values = values(option);
      spec +=
          ":%s:%s"
              .formatted(
                  option.getArgName().replace(":", "\\:"),
                  values.isEmpty()
                      ? takesFile(option) ? "_files" : ""
                      : "(" + String.join(" ", values) + ")");
    }
    return quoted(spec);
  }

  private String fish() {
    StringBuilder script =
        new StringBuilder(
            "# fish completion of espalier; source it: espalier completion fish | source\n"
                + "complete -c espalier -f\n");
    for (Word word : words()) {
      script.append(
          "complete -c espalier -n __fish_use_subcommand -a %s -d %s%n"
              .formatted(word.name(), fishQuoted(word.description())));
    }
    String seen = "complete -c espalier -n '__fish_seen_subcommand_from %s' %s%n";
    script.append(seen.formatted("help", "-a '" + names() + "'"));
    script.append(seen.formatted("completion", "-a '" + String.join(" ", SHELLS) + "'"));
    for (Command command : commands) {
      options(command)
          .forEach(option -> script.append(seen.formatted(command.name(), fish(option))));
      if (command.operands().isPresent()) {
        script.append(seen.formatted(command.name(), "-F"));
      }
    }
    return script.toString();
  }

  private static String fish(Option option) {
    String text = "-l %s -d %s".formatted(option.getLongOpt(), fishQuoted(option.getDescription()));
    if (!option.hasArg()) {
      return text;
    }
    List<String> values = values(option);
    String words = values.isEmpty() ? "" : " -a '" + String.join(" ", values) + "'";
    return text + (takesFile(option) ? " -r -F" : " -x") + words;
  }

  /** As bash and zsh take it for one word. */
  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  /** In fish a backslash means something within quotes, too. */
  private static String fishQuoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
