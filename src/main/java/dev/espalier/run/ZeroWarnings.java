package dev.espalier.run;

import dev.espalier.Plural;
import dev.espalier.Progress;
import dev.espalier.pruning.BlockResult;
import dev.espalier.pruning.LinearResult;
import dev.espalier.report.Quantities;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** What people are told about zeros: what was counted before and after pruning. */
public final class ZeroWarnings {
  /** Far above what rounding leaves, far below what anyone would overlook. */
  private static final double BEYOND_TARGET = 0.002;

  private ZeroWarnings() {}

  /**
   * A sentence for each thing that was found.
   *
   * @param notes told what is no fault of anything
   */
  public static void tell(PruningSettings settings, List<BlockResult> results, Progress notes) {
    of(settings, results).forEach(notes::warn);
    deadInputs(linears(results)).ifPresent(notes::note);
  }

  /** Where something is other than the user may expect. */
  static List<String> of(PruningSettings settings, List<BlockResult> results) {
    List<LinearResult> linears = linears(results);
    return Stream.of(filled(settings, linears), beyondTarget(linears), emptied(linears))
        .flatMap(Optional::stream)
        .toList();
  }

  private static List<LinearResult> linears(List<BlockResult> results) {
    return results.stream().flatMap(block -> block.linears().stream()).toList();
  }

  private static Optional<String> filled(PruningSettings settings, List<LinearResult> linears) {
    long filled = sum(linears, LinearResult::filled);
    long before = sum(linears, linear -> linear.before().zeros());
    return filled == 0
        ? Optional.empty()
        : Optional.of(
            "%s of the %s weights that were zero are not any more (%s): %s, %s, has set them anew; it does not where zeros are kept."
                .formatted(
                    Quantities.count(filled),
                    Quantities.count(before),
                    Quantities.percent((double) filled / before),
                    settings.method().name(),
                    settings.pattern().describe()));
  }

  /** Which only zeros of the model, or inputs that are never active, bring about. */
  private static Optional<String> beyondTarget(List<LinearResult> linears) {
    List<LinearResult> beyond =
        those(
            linears,
            linear ->
                linear.sparsity() > linear.target() + BEYOND_TARGET
                    && (linear.before().zeros() > 0 || linear.before().deadInputs() > 0));
    if (beyond.isEmpty()) {
      return Optional.empty();
    }
    double weights = sum(beyond, LinearResult::weights);
    double asked = beyond.stream().mapToDouble(l -> l.target() * l.weights()).sum();
    return Optional.of(
        "%s sparser than asked for: %s of %s weights are zero in place of %s; %s were before."
            .formatted(
                are(beyond),
                Quantities.percent(sum(beyond, LinearResult::zeros) / weights),
                beyond.size() == 1 ? "its" : "their",
                Quantities.percent(asked / weights),
                Quantities.percent(sum(beyond, l -> l.before().zeros()) / weights)));
  }

  private static Optional<String> deadInputs(List<LinearResult> linears) {
    List<LinearResult> dead = those(linears, linear -> linear.before().deadInputs() > 0);
    return dead.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "Input features that were zero in all calibration windows: %s."
                .formatted(
                    Warnings.some(
                        dead.stream()
                            .map(
                                l ->
                                    "%s of the %s of %s"
                                        .formatted(
                                            Quantities.count(l.before().deadInputs()),
                                            Quantities.count(l.cols()),
                                            l.name()))
                            .toList())));
  }

  private static Optional<String> emptied(List<LinearResult> linears) {
    List<LinearResult> empty =
        those(
            linears,
            linear ->
                linear.zeros() == linear.weights() && linear.before().zeros() < linear.weights());
    return empty.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%s left without a weight that is not zero: %s."
                .formatted(
                    Plural.of(empty.size(), "linear") + (empty.size() == 1 ? " is" : " are"),
                    Warnings.some(empty.stream().map(ZeroWarnings::why).toList())));
  }

  private static String why(LinearResult linear) {
    return linear.before().deadInputs() == linear.cols()
        ? linear.name() + ", whose input was zero in all calibration windows"
        : "%s, of which %s were to go"
            .formatted(linear.name(), Quantities.percent(linear.target()));
  }

  private static String are(List<LinearResult> linears) {
    return Warnings.some(linears.stream().map(LinearResult::name).toList())
        + (linears.size() == 1 ? " is" : " are");
  }

  private static List<LinearResult> those(
      List<LinearResult> linears, Predicate<LinearResult> condition) {
    return linears.stream().filter(condition).toList();
  }

  private static long sum(List<LinearResult> linears, ToLongFunction<LinearResult> number) {
    return linears.stream().mapToLong(number).sum();
  }
}
