package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.Listing;
import dev.espalier.allocation.Parameter;
import dev.espalier.allocation.UniformAllocation;
import dev.espalier.kernels.Rounding;
import dev.espalier.pruning.MethodCatalogue;
import dev.espalier.pruning.MethodKind;
import dev.espalier.pruning.PruningMethod;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.pruning.SparsityPattern.NofM;
import dev.espalier.run.PruningSettings;
import dev.espalier.run.RunSettings;
import dev.espalier.search.AllocationChoice;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** The options that choose how and how much to prune. */
final class PruningOptions {
  private PruningOptions() {}

  /** What is done to the weights, and how the allocation comes about. */
  static Options addTo(Options options) {
    addPruning(options);
    return AllocationOptions.addParameters(options)
        .addOption(
            CommonOptions.value(
                "allocation",
                "NAME",
                "how much each block loses: auto, %s (auto; uniform for N:M)"
                    .formatted(AllocationOptions.CHOICES)))
        .addOption(
            CommonOptions.value(
                "auto-trials",
                "N",
                "auto: how many are tried of uniform, atp, dlp, owl and two more of atp, in this"
                    + " order: 1 to %1$d (%1$d)".formatted(AllocationChoice.Auto.USUAL_TRIALS)));
  }

  /** What is done to the weights, whatever the allocation. */
  static Options addPruning(Options options) {
    options.addOption(
        CommonOptions.value(
            "method",
            "NAME",
            "%s (%s)"
                .formatted(
                    Listing.or(MethodCatalogue.all().stream().map(MethodKind::name).toList()),
                    MethodCatalogue.DEFAULT.name())));
    options.addOption(
        CommonOptions.flag(
            "refit", "fit the weights that stay to the dense model's outputs, for any method"));
    MethodCatalogue.parameters()
        .forEach(
            parameter ->
                options.addOption(ParameterOptions.option(owners(parameter, ", "), parameter)));
    return addTarget(
            options,
            "unstructured, N:M to keep N of every M, or N:8 (the letter N) for a mixed one"
                + " (unstructured, or that of an allocation from a file)")
        .addOption(
            CommonOptions.flag(
                "published-rounding", "count, clamp and average exactly as the published code"))
        .addOption(
            CommonOptions.flag(
                "keep-zeros", "weights that are zero stay zero (where a tenth of the model's are)"))
        .addOption(
            CommonOptions.flag(
                "no-keep-zeros", "weights that are zero are pruned like all others"));
  }

  /**
   * How much of the model goes, and where what is measured for it is kept.
   *
   * @param patterns which there are, for people
   */
  static Options addTarget(Options options, String patterns) {
    return options
        .addOption(
            CommonOptions.value(
                "sparsity",
                "P",
                "pruned fraction in [0, 1) (%s, or the total of an allocation from a file)"
                    .formatted(PruningSettings.USUAL_SPARSITY)))
        .addOption(CommonOptions.value("pattern", "P", patterns))
        .addOption(
            CommonOptions.value(
                "statistics",
                "FILE",
                "keep what is measured of the dense model there, for the next run"));
  }

  static PruningMethod method(CommandLine line) {
    String[] names =
        Stream.concat(Stream.of(MethodCatalogue.DEFAULT), MethodCatalogue.all().stream())
            .distinct()
            .map(MethodKind::name)
            .toArray(String[]::new);
    String name = CommonOptions.choice(line, "method", names);
    MethodKind kind = MethodCatalogue.named(name).orElseThrow();
    requireParametersOf(kind, line);
    PruningMethod method = kind.make(ParameterOptions.values(kind.parameters(), line));
    return line.hasOption("refit") ? method.refitted() : method;
  }

  /** Another method's would silently do nothing. */
  private static void requireParametersOf(MethodKind kind, CommandLine line) {
    for (Parameter<?> parameter : MethodCatalogue.parameters()) {
      if (line.hasOption(parameter.key()) && !kind.parameters().contains(parameter)) {
        throw new BadInputException(
            "--%s belongs to --method %s, not to %s"
                .formatted(parameter.key(), owners(parameter, " or "), kind.name()));
      }
    }
  }

  private static String owners(Parameter<?> parameter, String separator) {
    return MethodCatalogue.owners(parameter).stream()
        .map(MethodKind::name)
        .collect(Collectors.joining(separator));
  }

  static SparsityPattern pattern(CommandLine line) {
    return SparsityPattern.parse(line.getOptionValue("pattern", "unstructured"), false);
  }

  /** What is done to the weights, and where what is measured for it is kept. */
  static void apply(CommandLine line, RunSettings.Builder<?> request) {
    request.method(method(line));
    keepZeros(line).ifPresent(request::keepZeros);
    applyTarget(line, request);
  }

  /** Whether zeros stay; empty where the line does not say. */
  private static Optional<Boolean> keepZeros(CommandLine line) {
    boolean keep = line.hasOption("keep-zeros");
    if (keep && line.hasOption("no-keep-zeros")) {
      throw new BadInputException(
          "--keep-zeros and --no-keep-zeros exclude each other; give one of them");
    }
    return keep || line.hasOption("no-keep-zeros") ? Optional.of(keep) : Optional.empty();
  }

  /** The same, of a command that prunes nothing. */
  static void applyTarget(CommandLine line, RunSettings.Builder<?> request) {
    if (line.hasOption("pattern")) {
      request.pattern(pattern(line));
    }
    if (line.hasOption("sparsity")) {
      request.sparsity(CommonOptions.number(line, "sparsity", 0));
    }
    if (line.hasOption("published-rounding")) {
      request.rounding(Rounding.PUBLISHED);
    }
    CommonOptions.optionalPath(line, "statistics").ifPresent(request::statistics);
  }

  /** How the allocation comes about; empty where the line does not say. */
  static Optional<AllocationChoice> allocation(CommandLine line, SparsityPattern pattern) {
    boolean fixed = pattern instanceof NofM;
    String name = line.getOptionValue("allocation", fixed ? UniformAllocation.KIND.name() : "auto");
    if (name.equals("auto") && !fixed) {
      AllocationOptions.requireNoParameters(line);
      return line.hasOption("auto-trials")
          ? Optional.of(new AllocationChoice.Auto(CommonOptions.integer(line, "auto-trials", 0)))
          : Optional.empty();
    }
    if (line.hasOption("auto-trials")) {
      throw new BadInputException("--auto-trials belongs to --allocation auto, not to " + name);
    }
    AllocationOptions.requireParametersOf(List.of(name), line);
    Optional<AllocationChoice> open =
        AllocationOptions.open(name, line).map(AllocationChoice.Open::new);
    if (open.isPresent()) {
      return open;
    }
    return Optional.of(
        new AllocationChoice.Named(
            AllocationOptions.find(name, line)
                .orElseThrow(
                    () ->
                        new BadInputException(
                            "--allocation is \"%s\"; choose among auto, %s"
                                .formatted(name, AllocationOptions.CHOICES)))));
  }
}
