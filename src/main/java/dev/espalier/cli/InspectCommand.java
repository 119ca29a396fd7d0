package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.Plural;
import dev.espalier.job.InspectJob;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.pruning.SparsityPattern.NofM;
import dev.espalier.report.ModelInspection;
import dev.espalier.report.ReportJson;
import dev.espalier.report.Table;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code espalier inspect}. */
final class InspectCommand implements Command {
  private static final List<NofM> USUAL_PATTERNS = List.of(new NofM(2, 4), new NofM(4, 8));

  @Override
  public String name() {
    return "inspect";
  }

  @Override
  public String summary() {
    return "show how sparse a model folder is, and in which patterns";
  }

  @Override
  public List<String> examples() {
    return List.of("inspect", "inspect --model pruned/Llama-wanda-uniform-2of4 --pattern 2:4");
  }

  @Override
  public Options options() {
    return new Options()
        .addOption(CommonOptions.value("model", "FOLDER", "what to inspect (bundled sample)"))
        .addOption(
            CommonOptions.value(
                "pattern",
                "N:M",
                "fail unless every linear keeps at most N of every M (2:4 and 4:8 are shown)"));
  }

  @Override
  public void run(CommandLine line, Console console) {
    Path model = CommonOptions.path(line, "model", Sample.MODEL);
    boolean verify = line.hasOption("pattern");
    List<NofM> patterns = verify ? List.of(pattern(line)) : USUAL_PATTERNS;
    ModelInspection inspection = InspectJob.run(model, patterns, console.listener());
    if (console.json()) {
      console.out().print(ReportJson.text(ReportJson.inspection(inspection)));
    } else {
      print(inspection, console);
    }
    if (verify) {
      requirePattern(inspection, patterns.get(0));
    }
  }

  private static NofM pattern(CommandLine line) {
    String text = line.getOptionValue("pattern");
    if (SparsityPattern.parse(text, false) instanceof NofM pattern) {
      return pattern;
    }
    throw new BadInputException("--pattern " + text + " has nothing to verify; give N:M");
  }

  private static void print(ModelInspection inspection, Console console) {
    Table table = new Table("linear", "shape", "dtype", "MiB", "sparsity", "pattern");
    for (ModelInspection.LinearInspection linear : inspection.linears()) {
      table.row(
          linear.name(),
          linear.rows() + " x " + linear.cols(),
          linear.dtype(),
          "%.2f".formatted(linear.bytes() / 1048576.0),
          "%.2f %%".formatted(100 * linear.sparsity()),
          linear.patterns().isEmpty() ? "-" : String.join(" ", linear.patterns()));
    }
    console.out().print(table);
    console
        .out()
        .printf(
            "%,d weights in %s, %.2f %% zero; %.2f MiB with everything else%n",
            inspection.weights(),
            Plural.of(inspection.linears().size(), "linear"),
            100 * inspection.sparsity(),
            inspection.bytes() / 1048576.0);
  }

  private static void requirePattern(ModelInspection inspection, NofM pattern) {
    List<String> others =
        inspection.linears().stream()
            .filter(linear -> linear.patterns().isEmpty())
            .map(ModelInspection.LinearInspection::name)
            .toList();
    if (!others.isEmpty()) {
      throw new BadInputException(
          "%d:%d does not hold in %s, the first is %s"
              .formatted(
                  pattern.keep(),
                  pattern.group(),
                  Plural.of(others.size(), "linear"),
                  others.get(0)));
    }
  }
}
