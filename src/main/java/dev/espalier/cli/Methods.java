package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.allocation.AtpAllocation;
import dev.espalier.allocation.DlpAllocation;
import dev.espalier.allocation.Measurement;
import dev.espalier.allocation.OwlAllocation;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.allocation.UniformAllocation;
import dev.espalier.pruning.MagnitudePruning;
import dev.espalier.pruning.PruningMethod;
import dev.espalier.pruning.SparseGptPruning;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.pruning.SparsityPattern.NofM;
import dev.espalier.pruning.WandaPruning;
import dev.espalier.pruning.WandaVariantPruning;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** The options that choose how and how much to prune. */
final class Methods {
  /** Each parameter belongs to one allocation; given with another it would silently do nothing. */
  private static final Map<String, List<String>> PARAMETERS =
      Map.of(
          "dlp", List.of("alpha", "dlp-statistic"),
          "owl", List.of("owl-lambda", "owl-m"),
          "atp", List.of("beta"),
          "uniform", List.of());

  private Methods() {}

  static Options addTo(Options options) {
    return options
        .addOption(
            CommonOptions.value(
                "method", "NAME", "magnitude, wanda, wanda-variant or sparsegpt (wanda)"))
        .addOption(
            CommonOptions.value(
                "allocation",
                "NAME",
                "how much each block loses: uniform, dlp, owl or atp (dlp; uniform for N:M)"))
        .addOption(CommonOptions.value("sparsity", "P", "pruned fraction in [0, 1) (0.7)"))
        .addOption(
            CommonOptions.value(
                "pattern", "P", "unstructured, or N:M to keep N of every M (unstructured)"))
        .addOption(CommonOptions.value("alpha", "A", "dlp: half the range of densities (0.15)"))
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
            CommonOptions.flag(
                "published-rounding", "count, clamp and average exactly as the published code"));
  }

  static PruningMethod method(CommandLine line) {
    return switch (CommonOptions.choice(
        line, "method", "wanda", "wanda-variant", "magnitude", "sparsegpt")) {
      case "magnitude" -> new MagnitudePruning();
      case "wanda-variant" -> new WandaVariantPruning();
      case "sparsegpt" -> new SparseGptPruning();
      default -> new WandaPruning();
    };
  }

  static SparsityPattern pattern(CommandLine line) {
    return SparsityPattern.parse(line.getOptionValue("pattern", "unstructured"), false);
  }

  /** The given sparsity; of an N:M pattern, its own, which a given one must not contradict. */
  static double sparsity(CommandLine line, SparsityPattern pattern) {
    if (pattern instanceof NofM nofM) {
      double given = CommonOptions.number(line, "sparsity", nofM.sparsity());
      if (Math.abs(given - nofM.sparsity()) > 1e-9) {
        throw new BadInputException(
            "--sparsity %s contradicts --pattern %d:%d, which is %s; leave --sparsity out"
                .formatted(given, nofM.keep(), nofM.group(), nofM.sparsity()));
      }
      return nofM.sparsity();
    }
    return CommonOptions.number(line, "sparsity", 0.7);
  }

  static SparsityAllocation allocation(CommandLine line, SparsityPattern pattern) {
    boolean nofM = pattern instanceof NofM;
    String name =
        nofM
            ? CommonOptions.choice(line, "allocation", "uniform", "dlp", "owl", "atp")
            : CommonOptions.choice(line, "allocation", "dlp", "uniform", "owl", "atp");
    if (nofM && !name.equals("uniform")) {
      throw new BadInputException(
          "--pattern N:M removes the same share everywhere, so --allocation "
              + name
              + " cannot apply; leave it out");
    }
    PARAMETERS.forEach(
        (allocation, options) ->
            options.forEach(
                option -> {
                  if (line.hasOption(option) && !allocation.equals(name)) {
                    throw new BadInputException(
                        "--%s belongs to --allocation %s, not to %s"
                            .formatted(option, allocation, name));
                  }
                }));
    return switch (name) {
      case "dlp" ->
          new DlpAllocation(
              CommonOptions.number(line, "alpha", 0.15),
              Measurement.Score.valueOf(
                  CommonOptions.choice(
                          line, "dlp-statistic", "median", "mean", "sum", "max", "std", "var")
                      .toUpperCase(Locale.ROOT)));
      case "owl" ->
          new OwlAllocation(
              CommonOptions.number(line, "owl-lambda", 0.08),
              CommonOptions.number(line, "owl-m", 5));
      case "atp" -> {
        if (!line.hasOption("beta")) {
          throw new BadInputException("--allocation atp needs --beta, such as 0.01");
        }
        yield new AtpAllocation(CommonOptions.number(line, "beta", 0));
      }
      default -> new UniformAllocation();
    };
  }
}
