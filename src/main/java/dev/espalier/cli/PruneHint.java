package dev.espalier.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.commons.cli.CommandLine;

/** The prune command that does what the winner of a search did. */
final class PruneHint {
  /** What decides which weights go; where these are not given, both commands take the same. */
  private static final List<String> SHARED =
      List.of(
          "model",
          "method",
          "pattern",
          "sparsity",
          "published-rounding",
          "calibration",
          "samples",
          "seq-len",
          "seed",
          "device",
          "compute-dtype");

  private PruneHint() {}

  /**
   * @param search the search's options
   * @param output where its best allocation is
   */
  static String of(CommandLine search, Path output) {
    List<String> words = new ArrayList<>(List.of("prune", "--allocation", output.toString()));
    for (String option : SHARED) {
      if (search.hasOption(option)) {
        words.add("--" + option);
        if (search.getOptionValue(option) != null) {
          words.add(search.getOptionValue(option));
        }
      }
    }
    return words.stream()
        .map(Invocation::quoted)
        .collect(Collectors.joining(" ", Invocation.command() + " ", ""));
  }
}
