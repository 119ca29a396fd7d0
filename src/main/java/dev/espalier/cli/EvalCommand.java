package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.evaluation.Perplexity;
import dev.espalier.job.EvaluateJob;
import dev.espalier.job.EvaluateRequest;
import dev.espalier.report.Quantities;
import dev.espalier.report.ReportJson;
import dev.espalier.report.Table;
import dev.espalier.run.CalibrationSettings;
import dev.espalier.text.TextSource;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code espalier eval}. */
final class EvalCommand implements Command {
  @Override
  public String name() {
    return "eval";
  }

  @Override
  public String summary() {
    return "measure a model's perplexity";
  }

  @Override
  public List<String> examples() {
    return List.of("eval", "eval --model Llama --evaluate test.txt --seq-len 1024");
  }

  @Override
  public Options options() {
    Options options =
        new Options()
            .addOption(CommonOptions.model("what to measure"))
            .addOption(
                CommonOptions.value(
                    "evaluate",
                    "TEXT,...",
                    "what to measure it on: %s (the sample's own); %s"
                        .formatted(TextOptions.TEXTS, TextOptions.COMMAS)))
            .addOption(TextOptions.field())
            .addOption(
                CommonOptions.value(
                    "seq-len",
                    "N",
                    "tokens per window (%d or the model's maximum)"
                        .formatted(CalibrationSettings.USUAL_SEQ_LEN)));
    return CommonOptions.addCompute(options);
  }

  @Override
  public void run(CommandLine line, Console console) {
    EvaluateRequest request =
        new EvaluateRequest(
            CommonOptions.path(line, "model", Sample.MODEL),
            evaluation(line).stream()
                .map(text -> new TextSource(text, TextOptions.field(line)))
                .toList(),
            CommonOptions.optionalInteger(line, "seq-len"),
            CommonOptions.compute(line));
    long start = System.nanoTime();
    List<Perplexity> results = EvaluateJob.run(request, console.listener());
    double seconds = (System.nanoTime() - start) / 1e9;
    if (console.json()) {
      console
          .documents()
          .print(ReportJson.evaluation(request.model().toString(), results, seconds));
      return;
    }
    Table table = new Table("corpus", "perplexity");
    results.forEach(r -> table.row(r.protocol().toString(), Quantities.perplexity(r.value())));
    console.out().print(table);
  }

  private static List<Path> evaluation(CommandLine line) {
    if (!line.hasOption("evaluate")) {
      if (line.hasOption("model")) {
        throw new BadInputException("--evaluate is needed: one or more texts, comma-separated");
      }
      return List.of(Sample.TEST);
    }
    List<Path> texts = TextOptions.several("evaluate", line.getOptionValue("evaluate"));
    if (texts.isEmpty()) {
      throw new BadInputException("--evaluate none leaves nothing to measure");
    }
    return texts;
  }
}
