package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.job.PruneJob;
import dev.espalier.job.PrunePlan;
import dev.espalier.job.PruneRequest;
import dev.espalier.report.PlanJson;
import dev.espalier.report.PruneReport;
import dev.espalier.report.ReportJson;
import dev.espalier.report.RunPlan;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code espalier prune}. */
final class PruneCommand implements Command {
  private static final List<String> WITH_RESUME = List.of("quiet", "json", "debug");

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
        "prune --model Qwen/Qwen2.5-7B --sparsity 0.5",
        "prune --model Llama --calibration train.txt --evaluate test.txt",
        "prune --model Llama --calibration train.txt --method sparsegpt --pattern 2:4");
  }

  @Override
  public Options options() {
    Options options =
        new Options()
            .addOption(CommonOptions.model("what to prune"))
            .addOption(
                CommonOptions.value(
                    "output", "FOLDER", "what to write (pruned/MODEL-METHOD-ALLOCATION-SPARSITY)"))
            .addOption(CommonOptions.overwrite())
            .addOption(
                CommonOptions.value(
                    "resume", "FOLDER", "go on with this unfinished output as it was begun"))
            .addOption(
                CommonOptions.flag("plan", "tell what the run will take, and do not start it"));
    PruningOptions.addTo(options)
        .addOption(
            CommonOptions.value(
                "evaluate",
                "TEXT,...",
                "what to measure perplexity on: %s; or none (the sample's own, else none); %s"
                    .formatted(TextOptions.TEXTS, TextOptions.COMMAS)))
        .addOption(
            CommonOptions.flag(
                "compare-uniform",
                "measure a uniform allocation too (always when the sample is pruned)"));
    CalibrationOptions.addTo(options);
    return CommonOptions.addCompute(options);
  }

  @Override
  public void run(CommandLine line, Console console) {
    if (line.hasOption("resume")) {
      resume(line, console);
    } else {
      run(line, console.command(), console);
    }
  }

  /** The command that began the output once more. */
  private void resume(CommandLine line, Console console) {
    if (line.getOptions().length > (int) WITH_RESUME.stream().filter(line::hasOption).count() + 1) {
      throw new BadInputException(
          "--resume repeats the command that began the output, so it takes no other option but --"
              + String.join(" and --", WITH_RESUME));
    }
    String command = PruneJob.command(CommonOptions.path("resume", line.getOptionValue("resume")));
    List<String> words = ShellWords.split(command);
    List<String> args = words.subList(Math.min(2, words.size()), words.size());
    run(
        new OptionParser(this).parse(PublishedAliases.translate(args, this).args()),
        command,
        console);
  }

  private void run(CommandLine line, String command, Console console) {
    PruneRequest request = request(line, Optional.of(command));
    if (line.hasOption("plan")) {
      plan(request, console);
      return;
    }
    Interruption.resumable("block or trial");
    PruneReport report = PruneJob.run(request, console.listener());
    if (console.json()) {
      console.documents().print(ReportJson.prune(report));
    } else {
      console.out().print(PruneSummary.of(report, sample(line), Colours.ofOut()));
    }
  }

  private static void plan(PruneRequest request, Console console) {
    RunPlan plan = PrunePlan.of(request, console.listener());
    if (console.json()) {
      console.documents().print(PlanJson.of(plan));
    } else {
      console.out().print(PlanSummary.of(plan));
    }
  }

  private static boolean sample(CommandLine line) {
    return !line.hasOption("model");
  }

  static PruneRequest request(CommandLine line) {
    return request(line, Optional.empty());
  }

  private static PruneRequest request(CommandLine line, Optional<String> command) {
    List<Path> evaluation = evaluation(line);
    PruneRequest.Builder request =
        PruneRequest.builder(CommonOptions.path(line, "model", Sample.MODEL))
            .overwrite(line.hasOption("overwrite"))
            .evaluate(evaluation)
            .compareUniform(
                line.hasOption("compare-uniform") || sample(line) && !evaluation.isEmpty());
    CommonOptions.optionalPath(line, "output").ifPresent(request::output);
    PruningOptions.apply(line, request);
    PruningOptions.allocation(line, PruningOptions.pattern(line)).ifPresent(request::allocation);
    CalibrationOptions.apply(line, request);
    command.ifPresent(request::command);
    return CommonOptions.compute(line, request).build();
  }

  private static List<Path> evaluation(CommandLine line) {
    if (line.hasOption("evaluate")) {
      return TextOptions.several("evaluate", line.getOptionValue("evaluate"));
    }
    return sample(line) ? List.of(Sample.TEST) : List.of();
  }
}
