package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.run.ComputeSettings;
import dev.espalier.run.RunSettings;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Options that recur among commands, and how their values are read. */
final class CommonOptions {
  private CommonOptions() {}

  /** The options of every command. */
  static Options addTo(Options options) {
    return options
        .addOption(flag("json", "print one JSON document on standard output"))
        .addOption(flag("quiet", "no progress and no notes"))
        .addOption(flag("debug", "show stack traces"))
        .addOption(Option.builder("h").longOpt("help").desc("show this").get());
  }

  /** The options of commands that run a model. */
  static Options addCompute(Options options) {
    return options
        .addOption(
            value(
                "device",
                "auto|cpu|cuda|cuda:N",
                "where to compute (auto: CUDA where there is some, else the CPU)"))
        .addOption(
            value(
                "compute-dtype",
                "float32|bfloat16|float16",
                "precision of the forward pass (the checkpoint's on CUDA, float32 on the CPU)"))
        .addOption(value("threads", "N", "CPU threads (all)"))
        .addOption(
            value(
                "work-dir",
                "FOLDER",
                "for activations that memory cannot hold (where the output goes)"));
  }

  /**
   * Of commands that read a model.
   *
   * @param use what for
   */
  static Option model(String use) {
    return value(
        "model",
        "FOLDER|NAME",
        use + ": a folder, or ORG/NAME[@REVISION] on the Hugging Face Hub (bundled sample)");
  }

  /** Of commands that write a result. */
  static Option overwrite() {
    return flag("overwrite", "replace an existing output, if an earlier run wrote it");
  }

  static Option flag(String name, String description) {
    return Option.builder().longOpt(name).desc(description).get();
  }

  static Option value(String name, String argument, String description) {
    return Option.builder().longOpt(name).hasArg().argName(argument).desc(description).get();
  }

  /** Where and how to compute. */
  static ComputeSettings compute(CommandLine line) {
    return new ComputeSettings(
        line.getOptionValue("device", ComputeSettings.USUAL.device()),
        dtype(line),
        optionalInteger(line, "threads"),
        optionalPath(line, "work-dir"));
  }

  static <B extends RunSettings.Builder<B>> B compute(CommandLine line, B request) {
    return request.compute(compute(line));
  }

  private static Optional<ScalarType> dtype(CommandLine line) {
    if (!line.hasOption("compute-dtype")) {
      return Optional.empty();
    }
    return Optional.of(
        switch (choice(line, "compute-dtype", "float32", "bfloat16", "float16")) {
          case "bfloat16" -> ScalarType.BFloat16;
          case "float16" -> ScalarType.Half;
          default -> ScalarType.Float;
        });
  }

  /** A path, or {@code otherwise} where the option is not given. */
  static Path path(CommandLine line, String option, Path otherwise) {
    return line.hasOption(option) ? path(option, line.getOptionValue(option)) : otherwise;
  }

  static Optional<Path> optionalPath(CommandLine line, String option) {
    return Optional.ofNullable(line.getOptionValue(option)).map(text -> path(option, text));
  }

  static Path path(String option, String text) {
    return operand("--" + option, text);
  }

  /**
   * A path.
   *
   * @param name what the user knows it by
   */
  static Path operand(String name, String text) {
    if (text.isBlank()) {
      throw new BadInputException("%s is empty; give a path".formatted(name));
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new BadInputException(
          "%s: \"%s\" is not a path on this system (%s); where its letters are the trouble, set LC_ALL=C.UTF-8"
              .formatted(name, text, e.getReason()),
          e);
    }
  }

  static long wholeNumber(CommandLine line, String option, long otherwise) {
    String text = line.getOptionValue(option);
    try {
      return text == null ? otherwise : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new BadInputException("--%s is \"%s\", not a whole number".formatted(option, text));
    }
  }

  static int integer(CommandLine line, String option, int otherwise) {
    return optionalInteger(line, option).orElse(otherwise);
  }

  static OptionalInt optionalInteger(CommandLine line, String option) {
    String text = line.getOptionValue(option);
    try {
      return text == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text));
    } catch (NumberFormatException e) {
      throw new BadInputException("--%s is \"%s\", not a whole number".formatted(option, text));
    }
  }

  static double number(CommandLine line, String option, double otherwise) {
    String text = line.getOptionValue(option);
    try {
      return text == null ? otherwise : Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new BadInputException("--%s is \"%s\", not a number".formatted(option, text));
    }
  }

  /** A value among {@code choices}, or the first of them. */
  static String choice(CommandLine line, String option, String... choices) {
    String text = line.getOptionValue(option, choices[0]);
    if (!Arrays.asList(choices).contains(text)) {
      throw new BadInputException(
          "--%s is \"%s\"; choose among %s".formatted(option, text, String.join(", ", choices)));
    }
    return text;
  }
}
