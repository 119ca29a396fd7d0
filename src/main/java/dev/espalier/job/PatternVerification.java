package dev.espalier.job;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import dev.espalier.allocation.FileAllocation;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.report.ModelInspection.LinearInspection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether linears have a pattern. N:M: of every M at most N are kept. Mixed: each linear has an N
 * of its own; where an {@code espalier.json} lies beside the weights that says which, that one.
 *
 * @param asked as it is written
 * @param group M
 * @param keep N; absent if the pattern is mixed
 * @param planned of a mixed pattern each linear's N, as far as that is known
 */
record PatternVerification(
    String asked, int group, Optional<Integer> keep, Map<String, Double> planned) {
  /**
   * @param model the folder to look into
   * @throws BadInputException if the pattern has nothing to verify
   */
  static PatternVerification of(SparsityPattern pattern, Path model) {
    if (pattern instanceof SparsityPattern.NofM nofM) {
      return new PatternVerification(
          nofM.keep() + ":" + nofM.group(), nofM.group(), Optional.of(nofM.keep()), Map.of());
    }
    if (pattern instanceof SparsityPattern.Mixed mixed) {
      return new PatternVerification(
          "N:" + mixed.group(), mixed.group(), Optional.empty(), planned(mixed, model));
    }
    throw new BadInputException(
        "the pattern %s has nothing to verify; take N:M or the mixed pattern N:8"
            .formatted(pattern.describe()),
        Setting.PATTERN);
  }

  /** The sparsities that the folder's own report says the linears were to have. */
  private static Map<String, Double> planned(SparsityPattern.Mixed pattern, Path model) {
    Path report = model.resolve("espalier.json");
    if (!Files.exists(report)) {
      return Map.of();
    }
    FileAllocation plan = FileAllocation.read(report);
    return plan.pattern().equals(Optional.of(pattern.describe())) ? plan.byLinear() : Map.of();
  }

  /** The linears with what is wrong with each. */
  List<LinearInspection> verified(List<LinearInspection> linears) {
    boolean any = linears.stream().anyMatch(linear -> most(linear) < group);
    return linears.stream()
        .map(linear -> violation(linear, any).map(linear::violating).orElse(linear))
        .toList();
  }

  /** N; more than M where there are no groups of M. */
  private int most(LinearInspection linear) {
    return linear.kept().getOrDefault(group, group + 1);
  }

  private Optional<String> violation(LinearInspection linear, boolean any) {
    int most = most(linear);
    if (most > group) {
      return Optional.of("which has %d columns, no multiple of %d".formatted(linear.cols(), group));
    }
    if (keep.isPresent()) {
      return most <= keep.get() ? Optional.empty() : Optional.of(keeps(most));
    }
    Double sparsity = planned.get(linear.name());
    if (sparsity != null) {
      long wanted = group - Math.round(sparsity * group);
      return most <= wanted
          ? Optional.empty()
          : Optional.of(keeps(most) + " where its espalier.json says " + wanted);
    }
    // A linear may have been left whole, but then it has no zeros, and others have been pruned.
    return most < group || linear.zeros() == 0 && any ? Optional.empty() : Optional.of(keeps(most));
  }

  private String keeps(int most) {
    return "which keeps %d of some %d".formatted(most, group);
  }
}
