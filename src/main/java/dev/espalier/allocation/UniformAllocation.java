package dev.espalier.allocation;

import dev.espalier.kernels.ScoreSummary;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Every block loses the same fraction. */
public record UniformAllocation() implements SparsityAllocation {
  @Override
  public String name() {
    return "uniform";
  }

  @Override
  public Map<String, Object> parameters() {
    return Map.of();
  }

  @Override
  public boolean needsScores() {
    return false;
  }

  @Override
  public double[] densities(double sparsity, int blocks, List<ScoreSummary> scores) {
    double[] densities = new double[blocks];
    Arrays.fill(densities, 1 - sparsity);
    return densities;
  }
}
