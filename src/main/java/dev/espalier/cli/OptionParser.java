package dev.espalier.cli;

import dev.espalier.BadInputException;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;

/** Reads a command's options and says in one sentence what is wrong with them. */
final class OptionParser {
  private final Command command;
  private final Options known;

  OptionParser(Command command) {
    this.command = command;
    this.known = CommonOptions.addTo(command.options());
  }

  Options known() {
    return known;
  }

  /**
   * @throws BadInputException if an option is unknown, lacks its value or is given twice
   */
  CommandLine parse(List<String> args) {
    try {
      CommandLine line =
          DefaultParser.builder()
              .setAllowPartialMatching(false)
              .setStripLeadingAndTrailingQuotes(false)
              .get()
              .parse(known, args.toArray(String[]::new));
      if (!line.getArgList().isEmpty() && command.operands().isEmpty()) {
        throw fault("\"%s\" belongs to no option".formatted(line.getArgList().get(0)));
      }
      for (Option option : line.getOptions()) {
        requireOnce(line, option);
      }
      return line;
    } catch (MissingArgumentException e) {
      throw fault("--%s needs a value".formatted(e.getOption().getLongOpt()));
    } catch (UnrecognizedOptionException e) {
      throw fault(unknown(e.getOption()));
    } catch (ParseException e) {
      throw fault(e.getMessage());
    }
  }

  private void requireOnce(CommandLine line, Option option) {
    String[] values = line.getOptionValues(option);
    if (values != null && values.length > 1) {
      throw fault(
          "--%s is given twice, as %s and as %s"
              .formatted(option.getLongOpt(), values[0], values[1]));
    }
  }

  private String unknown(String given) {
    String name = given.replaceFirst("^-+", "").split("=", 2)[0];
    return "there is no option %s%s"
        .formatted(given, Suggestion.question(similar(name).map(option -> "--" + option)));
  }

  /** One of ours, or one of the published that is cut short, as argparse allows. */
  private Optional<String> similar(String name) {
    List<String> ours = known.getOptions().stream().map(Option::getLongOpt).toList();
    String wanted = name.replace('_', '-');
    return Suggestion.completed(wanted, ours.stream())
        .or(() -> PublishedOptions.completed(name))
        .or(() -> Suggestion.nearest(wanted, ours.stream()));
  }

  private BadInputException fault(String problem) {
    return new BadInputException("%s; see espalier %s --help".formatted(problem, command.name()));
  }
}
