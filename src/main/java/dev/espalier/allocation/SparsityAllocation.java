package dev.espalier.allocation;

import dev.espalier.measurement.Granularity;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.measurement.Measurement;
import java.util.Map;
import java.util.Set;

/** A rule that decides how much each block, or each linear, keeps. */
public interface SparsityAllocation {
  /** The name used on the command line and in reports. */
  String name();

  /** Its parameters by name, for reports. */
  Map<String, Object> parameters();

  /** What {@link #densities} gives a number for. */
  default Granularity granularity() {
    return Granularity.BLOCK;
  }

  /** What {@link #densities} looks at. */
  default Set<Measurement> needs() {
    return Set.of();
  }

  /** Whether it gives every block the same, whatever the model and its target. */
  default boolean isUniform() {
    return false;
  }

  /**
   * The fraction of weights each block or linear keeps, as the paper's formula gives it: single
   * values may leave [0, 1], and the mean may miss the target; {@link SparsityBudget} settles that.
   *
   * @param sparsity the model's target in [0, 1)
   * @param model with all that {@link #needs} asks for
   * @return one density per unit of {@link #granularity}, in order
   */
  double[] densities(double sparsity, MeasuredModel model);
}
