package dev.espalier.pruning;

import dev.espalier.NumericalException;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.statistics.InputStatistics;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.bytedeco.pytorch.Tensor;

/** A rule that decides which weights of a linear go, and what the others become. */
public interface PruningMethod {
  /** The name used on the command line and in reports. */
  String name();

  /** Its parameters by name, for reports; empty if it has none. */
  default Map<String, Object> parameters() {
    return Map.of();
  }

  /** What {@link #prune} needs to know of the linear's inputs. */
  InputStatistics.Kind statistics();

  /** Whether surviving weights change too. */
  default boolean updatesWeights() {
    return false;
  }

  /** The same, with the surviving weights fitted to the dense outputs afterwards. */
  default PruningMethod refitted() {
    return new RefittedPruning(this);
  }

  /** Whether the method can make N:M patterns. */
  default boolean supportsNofM() {
    return true;
  }

  /** What it asks to be added to a Hessian's diagonal; where that is too little, more is. */
  default OptionalDouble askedDamping() {
    return OptionalDouble.empty();
  }

  /**
   * How much memory of the device {@link #prune} takes beside the weight and the statistics, an
   * upper estimate: copies of the weight, such as scores, sorted, with indices and running sums.
   */
  default long bytes(LinearDescription linear) {
    return 32 * linear.parameters();
  }

  /**
   * Prunes one linear.
   *
   * @param weight [out, in] in the compute dtype, finite, in place
   * @param statistics of the linear's input; empty if {@link #statistics} is NONE
   * @return how far the layer has moved
   * @throws NumericalException if the statistics do not allow it: they are not finite
   */
  LinearError prune(Tensor weight, Optional<InputStatistics> statistics, PruningTarget target);
}
