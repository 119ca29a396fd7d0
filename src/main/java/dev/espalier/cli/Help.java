package dev.espalier.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** Help texts. */
final class Help {
  private static final int WIDTH = 100;

  private Help() {}

  static String overview(List<Command> commands, String version) {
    StringBuilder text =
        new StringBuilder("Espalier " + version + ": prunes large language models\n\n");
    commands.forEach(c -> text.append("  espalier %-8s %s%n".formatted(c.name(), c.summary())));
    // A program of its own, which the launcher starts.
    text.append("  espalier bench    time the kernels against the published operations\n");
    return text.append(
            "\nespalier COMMAND --help shows a command's options; espalier --version, the version.\n")
        .toString();
  }

  static String of(Command command) {
    Options options = CommonOptions.addTo(command.options());
    StringWriter text = new StringWriter();
    try (PrintWriter writer = new PrintWriter(text)) {
      writer.printf(
          "espalier %s [options]%s: %s%n%n",
          command.name(), command.operands().map(o -> " " + o).orElse(""), command.summary());
      command.examples().forEach(example -> writer.printf("  espalier %s%n", example));
      writer.println();
      for (Option option : options.getOptions()) {
        String usage =
            "--" + option.getLongOpt() + (option.hasArg() ? " " + option.getArgName() : "");
        writer.printf("  %s%n%s", usage, wrap(option.getDescription()));
      }
    }
    return text.toString();
  }

  private static String wrap(String description) {
    String indent = " ".repeat(8);
    StringBuilder text = new StringBuilder();
    StringBuilder line = new StringBuilder(indent);
    for (String word : description.split(" ")) {
      if (line.length() + word.length() > WIDTH) {
        text.append(line.toString().stripTrailing()).append('\n');
        line = new StringBuilder(indent);
      }
      line.append(word).append(' ');
    }
    return text.append(line.toString().stripTrailing()).append('\n').toString();
  }
}
