package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.Printable;
import dev.espalier.job.CompareJob;
import dev.espalier.report.ReportJson;
import dev.espalier.report.ReportTables;
import dev.espalier.report.RunComparison;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code espalier compare}. */
final class CompareCommand implements Command {
  @Override
  public String name() {
    return "compare";
  }

  @Override
  public String summary() {
    return "put finished runs side by side";
  }

  @Override
  public Optional<String> operands() {
    return Optional.of("RUN...");
  }

  @Override
  public List<String> examples() {
    return List.of(
        "compare pruned/Llama-wanda-dlp-0.7 pruned/Llama-wanda-uniform-0.7",
        "compare first/espalier.json second/espalier.json --output comparison.html");
  }

  @Override
  public Options options() {
    return new Options()
        .addOption(
            CommonOptions.value(
                "output", "FILE.html", "also write a page with plots, and FILE.json beside it"))
        .addOption(CommonOptions.overwrite());
  }

  @Override
  public void run(CommandLine line, Console console) {
    if (line.getArgList().isEmpty()) {
      throw new BadInputException(
          "nothing to compare: name the model folders that espalier prune wrote, or their"
              + " espalier.json");
    }
    List<Path> runs =
        line.getArgList().stream().map(text -> CommonOptions.operand("RUN", text)).toList();
    Optional<Path> page = CommonOptions.optionalPath(line, "output");
    RunComparison comparison = CompareJob.run(runs, page, line.hasOption("overwrite"));
    if (console.json()) {
      console.out().print(ReportJson.text(ReportJson.comparison(comparison)));
    } else {
      print(comparison, console);
      page.ifPresent(file -> console.out().println("\nThe page is " + file + "."));
    }
  }

  private static void print(RunComparison comparison, Console console) {
    console.out().print(ReportTables.runs(comparison));
    comparison
        .perplexities()
        .forEach(
            (protocol, measured) ->
                console
                    .out()
                    .printf(
                        "%n%s  (%s)%n",
                        ReportTables.perplexities(measured), Printable.of(protocol.toString())));
    if (!comparison.cautions().isEmpty()) {
      console.out().println();
      comparison.cautions().stream().map(Printable::of).forEach(console.out()::println);
    }
  }
}
