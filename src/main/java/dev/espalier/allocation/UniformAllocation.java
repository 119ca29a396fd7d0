package dev.espalier.allocation;

import dev.espalier.measurement.MeasuredModel;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Every block loses the same fraction. */
public record UniformAllocation() implements SparsityAllocation {
  /** As the catalogue has it. */
  public static final AllocationKind KIND =
      new AllocationKind(
          "uniform", "uniform", "–", "", List.of(), values -> new UniformAllocation());

  @Override
  public String name() {
    return KIND.name();
  }

  @Override
  public boolean isUniform() {
    return true;
  }

  @Override
  public Map<String, Object> parameters() {
    return Map.of();
  }

  @Override
  public double[] densities(double sparsity, MeasuredModel model) {
    double[] densities = new double[model.blocks().size()];
    Arrays.fill(densities, 1 - sparsity);
    return densities;
  }
}
