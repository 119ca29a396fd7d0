package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.Listing;
import dev.espalier.allocation.AllocationCatalogue;
import dev.espalier.allocation.UniformAllocation;
import dev.espalier.kernels.Rounding;
import dev.espalier.pruning.MethodCatalogue;
import dev.espalier.pruning.MethodKind;
import dev.espalier.pruning.PruningMethod;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.pruning.SparsityPattern.NofM;
import dev.espalier.search.AllocationChoice;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
                "auto: how many allocations compete, 1 to %1$d (%1$d)"
                    .formatted(AllocationCatalogue.usualCount())));
  }

  /** What is done to the weights, whatever the allocation. */
  static Options addPruning(Options options) {
    return options
        .addOption(
            CommonOptions.value(
                "method",
                "NAME",
                "%s (%s)"
                    .formatted(
                        Listing.or(MethodCatalogue.all().stream().map(MethodKind::name).toList()),
                        MethodCatalogue.DEFAULT.name())))
        .addOption(CommonOptions.value("sparsity", "P", "pruned fraction in [0, 1) (0.7)"))
        .addOption(
            CommonOptions.value(
                "pattern",
                "P",
                "unstructured, N:M to keep N of every M, or N:8 (the letter N) for a mixed one"
                    + " (unstructured)"))
        .addOption(
            CommonOptions.value(
                "statistics",
                "FILE",
                "keep what is measured of the dense model there, for the next run"))
        .addOption(
            CommonOptions.flag(
                "published-rounding", "count, clamp and average exactly as the published code"));
  }

  static PruningMethod method(CommandLine line) {
    String[] names =
        Stream.concat(Stream.of(MethodCatalogue.DEFAULT), MethodCatalogue.all().stream())
            .distinct()
            .map(MethodKind::name)
            .toArray(String[]::new);
    String name = CommonOptions.choice(line, "method", names);
    return MethodCatalogue.named(name).orElseThrow().make();
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

  static Rounding rounding(CommandLine line) {
    return line.hasOption("published-rounding") ? Rounding.PUBLISHED : Rounding.EXACT;
  }

  /** The file that keeps what is measured of the dense model, if one is wished for. */
  static Optional<Path> statistics(CommandLine line) {
    return Optional.ofNullable(CommonOptions.path(line, "statistics", null));
  }

  static AllocationChoice allocation(CommandLine line, SparsityPattern pattern) {
    boolean fixed = pattern instanceof NofM;
    String uniform = UniformAllocation.KIND.name();
    String name = line.getOptionValue("allocation", fixed ? uniform : "auto");
    if (fixed && !name.equals(uniform)) {
      throw new BadInputException(
          ("--pattern N:M removes the same share everywhere, so --allocation %s cannot apply; leave"
                  + " it out, or write N:%d with the letter N for a mixed pattern")
              .formatted(name, pattern.group()));
    }
    if (name.equals("auto")) {
      AllocationOptions.requireNoParameters(line);
      int trials = CommonOptions.integer(line, "auto-trials", AllocationCatalogue.usualCount());
      if (trials < 1) {
        throw new BadInputException("--auto-trials is " + trials + "; at least 1 is needed");
      }
      return new AllocationChoice.Auto(trials);
    }
    if (line.hasOption("auto-trials")) {
      throw new BadInputException("--auto-trials belongs to --allocation auto, not to " + name);
    }
    AllocationOptions.requireParametersOf(List.of(name), line);
    return new AllocationChoice.Named(
        AllocationOptions.find(name, line)
            .orElseThrow(
                () ->
                    new BadInputException(
                        "--allocation is \"%s\"; choose among auto, %s"
                            .formatted(name, AllocationOptions.CHOICES))));
  }
}
