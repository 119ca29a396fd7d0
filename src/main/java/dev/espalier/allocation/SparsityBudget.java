package dev.espalier.allocation;

import java.util.ArrayList;
import java.util.List;

/**
 * Turns allocated densities into sparsities that meet the model's target exactly.
 *
 * <p>Exact: every block is clamped to [0, 0.99] and all are shifted by one amount such that the
 * parameter-weighted mean is the target. With equal blocks and nothing clamped the shift is zero
 * and the densities are the published ones. Published: a sparsity ≤ 0 becomes 0.01 and that is all.
 */
public enum SparsityBudget {
  EXACT {
    @Override
    public SparsityPlan settle(double[] densities, long[] parameters, double sparsity) {
      // The total grows with the shift, so bisection finds the one that meets the target.
      double low = -2;
      double high = 2;
      double shift = 0;
      if (Math.abs(excess(densities, parameters, sparsity, 0)) > TOLERANCE) {
        for (int i = 0; i < 200 && high - low > 0x1p-52; i++) {
          shift = (low + high) / 2;
          if (excess(densities, parameters, sparsity, shift) > 0) {
            high = shift;
          } else {
            low = shift;
          }
        }
      }
      List<Double> sparsities = new ArrayList<>();
      List<Integer> clamped = new ArrayList<>();
      for (int i = 0; i < densities.length; i++) {
        double wanted = 1 - densities[i] + shift;
        sparsities.add(clamp(wanted));
        if (wanted != clamp(wanted)) {
          clamped.add(i);
        }
      }
      return new SparsityPlan(sparsities, clamped);
    }
  },

  PUBLISHED {
    @Override
    public SparsityPlan settle(double[] densities, long[] parameters, double sparsity) {
      List<Double> sparsities = new ArrayList<>();
      List<Integer> clamped = new ArrayList<>();
      for (int i = 0; i < densities.length; i++) {
        double wanted = 1 - densities[i];
        sparsities.add(wanted <= 0 ? 0.01 : wanted);
        if (wanted <= 0) {
          clamped.add(i);
        }
      }
      return new SparsityPlan(sparsities, clamped);
    }
  };

  private static final double MAX_SPARSITY = 0.99;
  private static final double TOLERANCE = 1e-12;

  /**
   * @param densities from {@link SparsityAllocation#densities}
   * @param parameters prunable weights of each block
   * @param sparsity the model's target in [0, 0.99]
   */
  public abstract SparsityPlan settle(double[] densities, long[] parameters, double sparsity);

  private static double clamp(double sparsity) {
    return Math.min(MAX_SPARSITY, Math.max(0, sparsity));
  }

  /** By how much the model's sparsity exceeds the target when all blocks move by {@code shift}. */
  private static double excess(
      double[] densities, long[] parameters, double sparsity, double shift) {
    double pruned = 0;
    double total = 0;
    for (int i = 0; i < densities.length; i++) {
      pruned += parameters[i] * clamp(1 - densities[i] + shift);
      total += parameters[i];
    }
    return pruned / total - sparsity;
  }
}
