package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.kernels.Kernels;
import dev.espalier.model.Placement;
import java.util.Arrays;
import java.util.OptionalInt;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.bytedeco.pytorch.global.torch;

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
        .addOption(value("device", "auto|cpu|cuda|cuda:N", "where to compute (auto)"))
        .addOption(
            value(
                "compute-dtype",
                "float32|bfloat16|float16",
                "precision of the forward pass (float32 on the CPU)"))
        .addOption(value("threads", "N", "CPU threads (all)"));
  }

  static Option flag(String name, String description) {
    return Option.builder().longOpt(name).desc(description).get();
  }

  static Option value(String name, String argument, String description) {
    return Option.builder().longOpt(name).hasArg().argName(argument).desc(description).get();
  }

  /** Sets the threads and says where and how to compute. */
  static Placement placement(CommandLine line) {
    if (line.hasOption("threads")) {
      int threads = integer(line, "threads", 0);
      if (threads < 1) {
        throw new BadInputException("--threads is " + threads + "; at least 1 is needed");
      }
      torch.set_num_threads(threads);
      Kernels.setThreads(threads);
    }
    String device = line.getOptionValue("device", "auto");
    if (device.startsWith("cuda")) {
      requireCuda(device);
    }
    return Placement.parse(
        device.equals("auto") ? "cpu" : device, line.getOptionValue("compute-dtype", "float32"));
  }

  private static void requireCuda(String device) {
    if (!torch.cuda_is_available()) {
      throw new BadInputException(
          "--device "
              + device
              + " was asked for, but libtorch finds no CUDA: build with -Pgpu and check the driver");
    }
    if (Kernels.cudaDevices() == 0) {
      throw new BadInputException(
          "--device "
              + device
              + " was asked for, but this build has no CUDA kernels: install nvcc"
              + " and build again");
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
