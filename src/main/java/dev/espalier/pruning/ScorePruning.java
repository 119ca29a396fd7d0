package dev.espalier.pruning;

import dev.espalier.statistics.InputStatistics;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** A method that goes by the scores |W|·s, s the norms of the inputs, and only removes weights. */
interface ScorePruning extends PruningMethod {

  /**
   * Zeroes weights.
   *
   * @param weight [out, in] in the compute dtype, finite, in place
   * @param norms [in] f32, finite
   */
  void remove(Tensor weight, Tensor norms, PruningTarget target);

  @Override
  default InputStatistics.Kind statistics() {
    return InputStatistics.Kind.NORMS;
  }

  @Override
  default LinearError prune(
      Tensor weight, Optional<InputStatistics> statistics, PruningTarget target) {
    if (target.isNothing()) {
      return LinearError.none(LinearError.Measure.SCORES);
    }
    try (PointerScope scope = new PointerScope()) {
      InputStatistics inputs = statistics.orElseThrow();
      inputs.requireFinite();
      Tensor norms = inputs.norms();
      Tensor before = ErrorNorms.square(weight, norms);
      remove(weight, norms, target);
      Tensor after = ErrorNorms.square(weight, norms);
      return ErrorNorms.removalError(LinearError.Measure.SCORES, before, after);
    }
  }
}
