package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.run.CalibrationSettings;
import dev.espalier.run.RunSettings;
import java.nio.file.Path;
import java.util.Map;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** The options that say what is run through the model to calibrate. */
final class CalibrationOptions {
  private CalibrationOptions() {}

  static Options addTo(Options options) {
    return options
        .addOption(
            CommonOptions.value(
                "calibration",
                "TEXT[:SHARE],...",
                "what to run through the model: %s; several with their shares, such as c4:0.8,own.jsonl:0.2 (the sample's own, or %s)"
                    .formatted(TextOptions.TEXTS, CalibrationSettings.USUAL_TEXT)))
        .addOption(TextOptions.field())
        .addOption(
            CommonOptions.value(
                "samples",
                "N",
                "calibration windows (%d)".formatted(CalibrationSettings.USUAL_SAMPLES)))
        .addOption(
            CommonOptions.value(
                "seq-len",
                "N",
                "tokens per window (%d or the model's maximum)"
                    .formatted(CalibrationSettings.USUAL_SEQ_LEN)))
        .addOption(
            CommonOptions.value(
                "seed",
                "N",
                "seed of the calibration windows (%d)".formatted(CalibrationSettings.USUAL_SEED)));
  }

  static void apply(CommandLine line, RunSettings.Builder<?> request) {
    request.calibration(texts(line)).textField(TextOptions.field(line));
    if (line.hasOption("samples")) {
      request.samples(CommonOptions.integer(line, "samples", 0));
    }
    CommonOptions.optionalInteger(line, "seq-len").ifPresent(request::seqLen);
    if (line.hasOption("seed")) {
      request.seed(CommonOptions.wholeNumber(line, "seed", 0));
    }
  }

  private static Map<Path, Double> texts(CommandLine line) {
    if ("none".equals(line.getOptionValue("calibration"))) {
      throw new BadInputException("--calibration none is not possible; give a text");
    }
    if (line.hasOption("calibration")) {
      return TextOptions.shares("calibration", line.getOptionValue("calibration"));
    }
    return Map.of(
        line.hasOption("model") ? CalibrationSettings.USUAL_TEXT : Sample.CALIBRATION, 1.0);
  }
}
