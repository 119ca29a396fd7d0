package dev.espalier.run;

import dev.espalier.allocation.FileAllocation;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.kernels.Rounding;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.pruning.BlockResult;
import dev.espalier.pruning.LinearResult;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.report.Quantities;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What people are told where a result may be other than they expect. */
public final class Warnings {
  /** More than a total is off that somebody has rounded to two digits. */
  private static final double OTHER_TOTAL = 0.005;

  private static final double HAIR = 1e-9;
  private static final int NAMED = 3;

  private Warnings() {}

  static String shortContext(int tokens) {
    return "The model's context is %d tokens: windows are that long.".formatted(tokens);
  }

  /**
   * Of what an allocation asks for and cannot have.
   *
   * @param units blocks or linears
   */
  public static Optional<String> clamped(String allocation, List<String> units, Rounding rounding) {
    return units.isEmpty()
        ? Optional.empty()
        : Optional.of(clampedSentence(allocation, units, rounding));
  }

  private static String clampedSentence(String allocation, List<String> units, Rounding rounding) {
    return switch (rounding) {
      case EXACT ->
          ("The %s allocation asks to prune more than 99 %% or less than nothing of %s; it is held to"
                  + " these limits, and the rest makes up for it.")
              .formatted(allocation, some(units));
      case PUBLISHED ->
          ("The %s allocation asks to prune less than nothing of %s; as in the published code 1 %% is"
                  + " pruned there, and the rest does not make up for it.")
              .formatted(allocation, some(units));
    };
  }

  /** Of a file that was made for another sparsity than it is used for. */
  public static Optional<String> otherTotal(
      SparsityAllocation allocation, PruningSettings settings, MeasuredModel model) {
    if (!(allocation instanceof FileAllocation given)) {
      return Optional.empty();
    }
    long[] parameters = model.parameters(allocation.granularity());
    double total = given.total(model);
    // Rounded to a mixed pattern, a plan is up to one step of its largest unit off.
    double step =
        settings.pattern() instanceof SparsityPattern.Mixed mixed
            ? Arrays.stream(parameters).max().orElse(0)
                / (double) Arrays.stream(parameters).sum()
                / mixed.group()
            : 0;
    return Math.abs(total - settings.sparsity()) > Math.max(OTHER_TOTAL, step + HAIR)
        ? Optional.of(
            "The sparsities in %s make %s of the model, but %s is asked for: a sparsity of %s takes them as they are."
                .formatted(
                    given.file(),
                    Quantities.percent(total),
                    Quantities.percent(settings.sparsity()),
                    Quantities.fraction(total)))
        : Optional.empty();
  }

  /** Of a file whose own total is the target. */
  static String ownTotal(FileAllocation file, double total) {
    return "The sparsities in %s make %s of the model: this total holds, as no other is asked for."
        .formatted(file.file(), Quantities.percent(total));
  }

  /** Of a file that was made for another pattern than it is used for, or that brings its own. */
  static Optional<String> pattern(FileAllocation file, SparsityPattern pattern, boolean asked) {
    String own = StoredPattern.of(file).orElse(pattern).describe();
    if (!own.equals(pattern.describe())) {
      return Optional.of(
          "The sparsities in %s were made for the pattern %s, but %s is asked for."
              .formatted(file.file(), own, pattern.describe()));
    }
    return asked || pattern instanceof SparsityPattern.Unstructured
        ? Optional.empty()
        : Optional.of("The pattern is %s, as %s has it.".formatted(own, file.file()));
  }

  /** Of a model that uniform pruning leaves in no state to be measured. */
  public static String noComparison(String reason) {
    return "Uniform pruning gives no model to compare with: " + reason;
  }

  /** Of Hessians that could not be factored with the damping that was asked for. */
  public static Optional<String> raisedDamping(
      PruningSettings settings, List<BlockResult> results) {
    double asked = settings.method().askedDamping().orElse(Double.POSITIVE_INFINITY);
    List<LinearResult> raised =
        results.stream()
            .flatMap(block -> block.linears().stream())
            .filter(linear -> linear.error().damping() > asked)
            .toList();
    if (raised.isEmpty()) {
      return Optional.empty();
    }
    double most = raised.stream().mapToDouble(linear -> linear.error().damping()).max().orElse(0);
    return Optional.of(
        "Damping %s was too little for the Hessians of %s: up to %s was taken there."
            .formatted(asked, some(raised.stream().map(LinearResult::name).toList()), most));
  }

  /** The first names, and how many more there are. */
  static String some(List<String> names) {
    String first = String.join(", ", names.subList(0, Math.min(NAMED, names.size())));
    return names.size() > NAMED ? "%s and %d more".formatted(first, names.size() - NAMED) : first;
  }
}
