package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.Plural;
import dev.espalier.job.InspectJob;
import dev.espalier.pruning.SparsityPattern.NofM;
import dev.espalier.report.ModelInspection;
import dev.espalier.report.ReportJson;
import dev.espalier.report.Table;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
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
        .addOption(CommonOptions.model("what to inspect"))
        .addOption(
            CommonOptions.value(
                "pattern",
                "N:M",
                "fail unless every linear keeps at most N of every M; N:8 (the letter N): its own N"
                    + " (the least N of 4 and of 8 are shown)"));
  }

  @Override
  public void run(CommandLine line, Console console) {
    Path model = CommonOptions.path(line, "model", Sample.MODEL);
    ModelInspection inspection =
        line.hasOption("pattern")
            ? InspectJob.verify(model, PruningOptions.pattern(line), console.listener())
            : InspectJob.run(model, USUAL_PATTERNS, console.listener());
    if (console.json()) {
      console.documents().print(ReportJson.inspection(inspection));
    } else {
      print(inspection, console);
    }
    inspection.pattern().ifPresent(pattern -> requirePattern(inspection, pattern));
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
          linear.tightest().isEmpty() ? "-" : String.join(" ", linear.tightest()));
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
    if (inspection.pattern().isPresent() && inspection.violations().isEmpty()) {
      console.out().println(holds(inspection));
    }
  }

  /** Such as {@code N:8 holds in 70 linears: 2:8 in 40, 3:8 in 30.} */
  private static String holds(ModelInspection inspection) {
    Map<String, Long> counts =
        inspection.linears().stream()
            .flatMap(linear -> linear.kept().entrySet().stream())
            .collect(
                Collectors.groupingBy(
                    kept -> kept.getValue() + ":" + kept.getKey(),
                    TreeMap::new,
                    Collectors.counting()));
    return "%s holds in %s: %s."
        .formatted(
            inspection.pattern().orElseThrow(),
            Plural.of(inspection.linears().size(), "linear"),
            counts.entrySet().stream()
                .map(count -> "%s in %d".formatted(count.getKey(), count.getValue()))
                .collect(Collectors.joining(", ")));
  }

  private static void requirePattern(ModelInspection inspection, String pattern) {
    List<ModelInspection.LinearInspection> others = inspection.violations();
    if (!others.isEmpty()) {
      throw new BadInputException(
          "%s does not hold in %s, the first is %s, %s"
              .formatted(
                  pattern,
                  Plural.of(others.size(), "linear"),
                  others.get(0).name(),
                  others.get(0).violation().orElseThrow()));
    }
  }
}
