package dev.espalier.run;

import dev.espalier.BadInputException;
import dev.espalier.Listing;
import dev.espalier.Setting;
import dev.espalier.kernels.Rounding;
import dev.espalier.pruning.MethodCatalogue;
import dev.espalier.pruning.MethodKind;
import dev.espalier.pruning.PruningMethod;
import dev.espalier.pruning.SparsityPattern;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is done to a model's weights, whatever the allocation.
 *
 * @param sparsity target for the whole model, in [0, 1); of an N:M pattern, the pattern's
 * @param rounding EXACT, or PUBLISHED to count, clamp and average as the published code does
 * @param keepZeros whether weights that are zero stay so; absent for where the model is sparse
 *     already
 */
public record PruningSettings(
    PruningMethod method,
    SparsityPattern pattern,
    double sparsity,
    Rounding rounding,
    Optional<Boolean> keepZeros) {
  /** Where nothing else is asked for. */
  public static final double USUAL_SPARSITY = 0.7;

  private static final double HAIR = 1e-9;

  public PruningSettings {
    if (!(sparsity >= 0 && sparsity < 1)) {
      throw new BadInputException(
          "the sparsity is " + sparsity + "; it must be at least 0 and less than 1, such as 0.7",
          Setting.SPARSITY);
    }
    if (!(pattern instanceof SparsityPattern.Unstructured) && !method.supportsNofM()) {
      throw new BadInputException(
          "the method %s cannot make N:M patterns; use %s"
              .formatted(method.name(), Listing.or(makersOfNofM())),
          Setting.METHOD);
    }
  }

  /** Of which zeros stay where the model is sparse already. */
  public PruningSettings(
      PruningMethod method, SparsityPattern pattern, double sparsity, Rounding rounding) {
    this(method, pattern, sparsity, rounding, Optional.empty());
  }

  /**
   * With the usual sparsity, or an N:M pattern's own, where none is given.
   *
   * @throws BadInputException if the given one is impossible, or contradicts an N:M pattern
   */
  public static PruningSettings of(
      PruningMethod method,
      SparsityPattern pattern,
      OptionalDouble given,
      Rounding rounding,
      Optional<Boolean> keepZeros) {
    if (!(pattern instanceof SparsityPattern.NofM nofM)) {
      return new PruningSettings(
          method, pattern, given.orElse(USUAL_SPARSITY), rounding, keepZeros);
    }
    if (given.isPresent() && !(Math.abs(given.getAsDouble() - nofM.sparsity()) <= HAIR)) {
      throw new BadInputException(
          "the sparsity %s contradicts the pattern %d:%d, which is %s; leave the sparsity out"
              .formatted(given.getAsDouble(), nofM.keep(), nofM.group(), nofM.sparsity()),
          Setting.SPARSITY);
    }
    return new PruningSettings(method, pattern, nofM.sparsity(), rounding, keepZeros);
  }

  /** The same for another target. */
  PruningSettings at(double target) {
    return new PruningSettings(method, pattern, target, rounding, keepZeros);
  }

  private static List<String> makersOfNofM() {
    return MethodCatalogue.all().stream()
        .filter(kind -> kind.make().supportsNofM())
        .map(MethodKind::name)
        .toList();
  }
}
