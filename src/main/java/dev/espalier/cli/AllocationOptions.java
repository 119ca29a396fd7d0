package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.allocation.AlphaPruningAllocation;
import dev.espalier.allocation.AtpAllocation;
import dev.espalier.allocation.DlpAllocation;
import dev.espalier.allocation.ErAllocation;
import dev.espalier.allocation.FileAllocation;
import dev.espalier.allocation.LsaAllocation;
import dev.espalier.allocation.OwlAllocation;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.allocation.UniformAllocation;
import dev.espalier.measurement.Granularity;
import dev.espalier.measurement.HillEstimator;
import dev.espalier.measurement.Measurement;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** The options that choose how much each block or linear loses. */
final class AllocationOptions {
  /** Whose parameter an option is; given with another allocation it would silently do nothing. */
  private static final Map<String, List<String>> OWNERS =
      Map.of(
          "alpha", List.of("dlp", "lsa"),
          "dlp-statistic", List.of("dlp"),
          "owl-lambda", List.of("owl"),
          "owl-m", List.of("owl"),
          "beta", List.of("atp"),
          "epsilon", List.of("alphapruning"),
          "hill", List.of("alphapruning"),
          "granularity", List.of("alphapruning", "lsa"));

  /** What can be named, for people. */
  static final String CHOICES =
      "uniform, dlp, owl, atp, alphapruning, lsa, er, erk or a .json file";

  private AllocationOptions() {}

  /** The parameters of all allocations. */
  static Options addParameters(Options options) {
    return options
        .addOption(
            CommonOptions.value("alpha", "A", "dlp, lsa: half the range of densities (0.15)"))
        .addOption(
            CommonOptions.value(
                "dlp-statistic",
                "NAME",
                "dlp: the paper's median, the released code's mean, or sum, max, std, var (median)"))
        .addOption(
            CommonOptions.value("owl-lambda", "L", "owl: half the range of densities (0.08)"))
        .addOption(CommonOptions.value("owl-m", "M", "owl: outliers exceed M times the mean (5)"))
        .addOption(CommonOptions.value("beta", "B", "atp: step of sparsity per block"))
        .addOption(
            CommonOptions.value(
                "epsilon", "E", "alphapruning: half the range of relative sparsities (0.3)"))
        .addOption(
            CommonOptions.value(
                "hill", "peak|mid|scan", "alphapruning: where a spectrum's tail begins (peak)"))
        .addOption(
            CommonOptions.value(
                "granularity",
                "block|linear",
                "alphapruning, lsa: what gets a sparsity of its own (block)"));
  }

  /**
   * An allocation by its name, or from the file of that name; nothing if there is none.
   *
   * @throws BadInputException if a parameter is impossible, or the file
   */
  static Optional<SparsityAllocation> find(String name, CommandLine line) {
    if (name.endsWith(".json")) {
      return Optional.of(FileAllocation.read(CommonOptions.path("allocation", name)));
    }
    return Optional.ofNullable(
        switch (name) {
          case "uniform" -> new UniformAllocation();
          case "dlp" ->
              new DlpAllocation(
                  CommonOptions.number(line, "alpha", 0.15),
                  Measurement.Score.valueOf(
                      upperCase(
                          CommonOptions.choice(
                              line,
                              "dlp-statistic",
                              "median",
                              "mean",
                              "sum",
                              "max",
                              "std",
                              "var"))));
          case "owl" ->
              new OwlAllocation(
                  CommonOptions.number(line, "owl-lambda", 0.08),
                  CommonOptions.number(line, "owl-m", 5));
          case "atp" -> {
            if (!line.hasOption("beta")) {
              throw new BadInputException("the allocation atp needs --beta, such as 0.01");
            }
            yield new AtpAllocation(CommonOptions.number(line, "beta", 0));
          }
          case "alphapruning" ->
              new AlphaPruningAllocation(
                  CommonOptions.number(line, "epsilon", 0.3),
                  HillEstimator.valueOf(
                      upperCase(CommonOptions.choice(line, "hill", "peak", "mid", "scan"))),
                  granularity(line));
          case "lsa" ->
              new LsaAllocation(CommonOptions.number(line, "alpha", 0.15), 0.5, granularity(line));
          case "er" -> new ErAllocation(false);
          case "erk" -> new ErAllocation(true);
          default -> null;
        });
  }

  private static Granularity granularity(CommandLine line) {
    return Granularity.valueOf(
        upperCase(CommonOptions.choice(line, "granularity", "block", "linear")));
  }

  /** What is tried has parameters of its own. */
  static void requireNoParameters(CommandLine line) {
    requireParametersOf(List.of("auto"), line);
  }

  /**
   * @throws BadInputException if a parameter belongs to none of these allocations
   */
  static void requireParametersOf(List<String> names, CommandLine line) {
    stray(names, line)
        .ifPresent(
            option -> {
              throw new BadInputException(
                  "--%s belongs to --allocation %s, not to %s"
                      .formatted(
                          option,
                          String.join(" or ", OWNERS.get(option)),
                          String.join(", ", names)));
            });
  }

  /** A parameter on the line that belongs to none of these allocations. */
  static Optional<String> stray(List<String> names, CommandLine line) {
    return OWNERS.keySet().stream()
        .filter(line::hasOption)
        .filter(option -> names.stream().noneMatch(OWNERS.get(option)::contains))
        .findFirst();
  }

  private static String upperCase(String text) {
    return text.toUpperCase(Locale.ROOT);
  }
}
