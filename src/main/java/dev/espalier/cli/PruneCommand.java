package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.job.PruneJob;
import dev.espalier.job.PruneRequest;
import dev.espalier.pruning.PruningMethod;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.report.PruneReport;
import dev.espalier.report.ReportJson;
import dev.espalier.run.PruningSettings;
import dev.espalier.search.AllocationChoice;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code espalier prune}. */
final class PruneCommand implements Command {
  @Override
  public String name() {
    return "prune";
  }

  @Override
  public String summary() {
    return "prune a model folder into a new one";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "prune",
        "prune --model Llama --calibration train.txt --evaluate test.txt",
        "prune --model Llama --calibration train.txt --method sparsegpt --pattern 2:4");
  }

  @Override
  public Options options() {
    Options options =
        new Options()
            .addOption(CommonOptions.value("model", "FOLDER", "what to prune (bundled sample)"))
            .addOption(
                CommonOptions.value(
                    "output", "FOLDER", "what to write (pruned/MODEL-METHOD-ALLOCATION-SPARSITY)"))
            .addOption(CommonOptions.flag("overwrite", "replace an existing output"));
    PruningOptions.addTo(options)
        .addOption(
            CommonOptions.value(
                "evaluate",
                "FILE,...",
                "texts to measure perplexity on, or none (the sample's own, else none)"))
        .addOption(
            CommonOptions.flag(
                "compare-uniform",
                "measure a uniform allocation too (always when the sample is pruned)"));
    CalibrationOptions.addTo(options);
    return CommonOptions.addCompute(options);
  }

  @Override
  public void run(CommandLine line, Console console) {
    PruneRequest request = request(line, console.listener());
    Interruption.resumable("block or trial");
    PruneReport report = PruneJob.run(request, console.listener());
    if (console.json()) {
      console.out().print(ReportJson.text(ReportJson.summary(report)));
    } else {
      console.out().print(PruneSummary.of(report, sample(line)));
    }
  }

  private static boolean sample(CommandLine line) {
    return !line.hasOption("model");
  }

  static PruneRequest request(CommandLine line, Progress listener) {
    Path model = CommonOptions.path(line, "model", Sample.MODEL);
    PruningMethod method = PruningOptions.method(line);
    SparsityPattern pattern = PruningOptions.pattern(line);
    AllocationChoice allocation = PruningOptions.allocation(line, pattern);
    double sparsity = PruningOptions.sparsity(line, pattern);
    List<Path> evaluation = evaluation(line);
    if (line.hasOption("compare-uniform") && evaluation.isEmpty()) {
      throw new BadInputException(
          "--compare-uniform needs a text to compare on; give one with --evaluate");
    }
    boolean compare =
        (sample(line) || line.hasOption("compare-uniform")) && !allocation.name().equals("uniform");
    return new PruneRequest(
        model,
        CommonOptions.path(
            line, "output", defaultOutput(model, method, allocation, pattern, sparsity)),
        line.hasOption("overwrite"),
        new PruningSettings(method, pattern, sparsity, PruningOptions.rounding(line)),
        allocation,
        PruningOptions.statistics(line),
        CalibrationOptions.of(line),
        evaluation,
        CommonOptions.compute(line, listener),
        compare);
  }

  private static List<Path> evaluation(CommandLine line) {
    if (line.hasOption("evaluate")) {
      return TextOptions.several("evaluate", line.getOptionValue("evaluate"));
    }
    return sample(line) ? List.of(Sample.TEST) : List.of();
  }

  private static Path defaultOutput(
      Path model,
      PruningMethod method,
      AllocationChoice allocation,
      SparsityPattern pattern,
      double sparsity) {
    Path name = model.toAbsolutePath().normalize().getFileName();
    return Path.of(
        "pruned",
        "%s-%s-%s-%s".formatted(name, method.name(), allocation.name(), pattern.label(sparsity)));
  }
}
