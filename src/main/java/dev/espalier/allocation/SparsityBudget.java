package dev.espalier.allocation;

import dev.espalier.BadInputException;
import dev.espalier.kernels.Rounding;
import dev.espalier.measurement.Granularity;
import dev.espalier.measurement.MeasuredModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/**
 * Turns allocated densities of blocks or linears, the units, into sparsities that meet the model's
 * target exactly.
 *
 * <p>Exact: every unit is clamped to [0, 0.99] (or to the target, if that is more) and all are
 * shifted by one amount such that the parameter-weighted mean is the target. With equal units and
 * nothing clamped the shift is zero and the densities are the published ones. Published: a sparsity
 * ≤ 0 becomes 0.01 and that is all; only a target of 0 leaves everything as it is.
 *
 * @param rounding which of the two
 */
public record SparsityBudget(Rounding rounding) {
  private static final double MAX_SPARSITY = 0.99;
  private static final double TOLERANCE = 1e-12;

  /**
   * Sparsities that meet the target.
   *
   * @param sparsities fraction of its prunable weights that each unit (block or linear) loses
   * @param clamped units whose allocated sparsity had to be brought back into range
   */
  public record Settled(List<Double> sparsities, List<Integer> clamped) {
    public Settled {
      sparsities = List.copyOf(sparsities);
      clamped = List.copyOf(clamped);
    }

    /** What a block, or a linear, loses. */
    public double sparsity(int unit) {
      return sparsities.get(unit);
    }
  }

  /** What the allocation gives each linear of the model, within the budget. */
  public SparsityPlan plan(SparsityAllocation allocation, double sparsity, MeasuredModel model) {
    Granularity granularity = allocation.granularity();
    double[] densities = allocation.densities(sparsity, model);
    Settled settled = settle(densities, model.parameters(granularity), sparsity);
    return SparsityPlan.of(granularity, settled, model);
  }

  /**
   * @param densities of each unit, from {@link SparsityAllocation#densities}
   * @param parameters prunable weights of each unit
   * @param sparsity the model's target in [0, 1)
   * @throws BadInputException if a block would lose everything and nothing brings it back
   */
  public Settled settle(double[] densities, long[] parameters, double sparsity) {
    return switch (rounding) {
      case EXACT -> exact(densities, parameters, sparsity);
      case PUBLISHED ->
          sparsity == 0
              ? new Settled(Collections.nCopies(densities.length, 0.0), List.of())
              : published(densities);
    };
  }

  private static Settled exact(double[] densities, long[] parameters, double sparsity) {
    double max = Math.max(MAX_SPARSITY, sparsity);
    DoubleUnaryOperator excess =
        shift -> mean(shifted(densities, shift, max), parameters) - sparsity;
    double low = 0;
    double high = 0;
    if (Math.abs(excess.applyAsDouble(0)) > TOLERANCE) {
      // At these all blocks are at 0 and at the maximum.
      low = Math.nextDown(Arrays.stream(densities).min().orElseThrow() - 1);
      high = Arrays.stream(densities).max().orElseThrow();
      // The mean grows with the shift.
      for (double middle = between(low, high); low < middle && middle < high; ) {
        if (excess.applyAsDouble(middle) > 0) {
          high = middle;
        } else {
          low = middle;
        }
        middle = between(low, high);
      }
    }
    return interpolate(densities, parameters, sparsity, max, low, high);
  }

  /** The target lies between two shifts that no other number separates; so does the plan. */
  private static Settled interpolate(
      double[] densities, long[] parameters, double sparsity, double max, double low, double high) {
    double[] less = shifted(densities, low, max);
    double[] more = shifted(densities, high, max);
    double least = mean(less, parameters);
    double range = mean(more, parameters) - least;
    double part = range > 0 ? Math.min(1, (sparsity - least) / range) : 0;
    List<Double> sparsities = new ArrayList<>();
    List<Integer> clamped = new ArrayList<>();
    for (int i = 0; i < densities.length; i++) {
      sparsities.add(Math.min(max, less[i] + part * (more[i] - less[i])));
      if (1 + (high - densities[i]) < 0 || 1 + (low - densities[i]) > max) {
        clamped.add(i);
      }
    }
    return new Settled(sparsities, clamped);
  }

  private static Settled published(double[] densities) {
    List<Double> sparsities = new ArrayList<>();
    List<Integer> clamped = new ArrayList<>();
    for (int i = 0; i < densities.length; i++) {
      double wanted = 1 - densities[i];
      if (wanted >= 1) {
        throw new BadInputException(
            String.format(
                Locale.ROOT,
                "block or linear %d would lose %.1f %% of its weights, which the published rounding cannot"
                    + " do; lower the allocation's range (alpha, lambda or beta) or the sparsity",
                i,
                100 * wanted));
      }
      sparsities.add(wanted <= 0 ? 0.01 : wanted);
      if (wanted <= 0) {
        clamped.add(i);
      }
    }
    return new Settled(sparsities, clamped);
  }

  /** The sparsities when all move by {@code shift}, each within [0, max]. */
  private static double[] shifted(double[] densities, double shift, double max) {
    return Arrays.stream(densities)
        .map(density -> Math.min(max, Math.max(0, 1 + (shift - density))))
        .toArray();
  }

  /** Weighted by parameters. */
  private static double mean(double[] sparsities, long[] parameters) {
    double pruned = 0;
    double total = 0;
    for (int i = 0; i < sparsities.length; i++) {
      pruned += parameters[i] * sparsities[i];
      total += parameters[i];
    }
    return pruned / total;
  }

  private static double between(double a, double b) {
    return a / 2 + b / 2;
  }
}
