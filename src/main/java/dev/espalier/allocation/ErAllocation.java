package dev.espalier.allocation;

import dev.espalier.measurement.Granularity;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.model.description.LinearDescription;
import java.util.List;
import java.util.Map;

/**
 * Erdős–Rényi densities (Mocanu et al., 2018): a linear keeps ε·(out + in)/(out·in) of its weights,
 * ε such that the total is the target; where that would be more than all, it stays dense. ERK, as
 * LSA's repository has it, also keeps the last linear of every block dense (down_proj).
 */
public record ErAllocation(boolean keepsLast) implements SparsityAllocation {
  /** Without a dense linear, as the catalogue has it. */
  public static final AllocationKind ER =
      new AllocationKind(
          "er",
          "ER",
          "its linears are small",
          "Mocanu et al., 2018",
          List.of(),
          values -> new ErAllocation(false));

  /** With the last linear of every block dense, as the catalogue has it. */
  public static final AllocationKind ERK =
      new AllocationKind(
          "erk",
          "ERK",
          "its linears are small; its down projection stays whole",
          "Mocanu et al., 2018, as LSA's repository has it",
          List.of(),
          values -> new ErAllocation(true));

  @Override
  public String name() {
    return keepsLast ? ERK.name() : ER.name();
  }

  @Override
  public Map<String, Object> parameters() {
    return Map.of();
  }

  @Override
  public Granularity granularity() {
    return Granularity.LINEAR;
  }

  @Override
  public double[] densities(double sparsity, MeasuredModel model) {
    List<LinearDescription> linears = model.linears();
    boolean[] dense = new boolean[linears.size()];
    if (keepsLast) {
      int end = 0;
      for (List<LinearDescription> block : model.blocks()) {
        end += block.size();
        dense[end - 1] = true;
      }
    }
    double[] densities = new double[linears.size()];
    boolean settled = false;
    while (!settled) {
      double epsilon = epsilon(sparsity, linears, dense);
      settled = true;
      for (int i = 0; i < densities.length; i++) {
        LinearDescription linear = linears.get(i);
        densities[i] = dense[i] ? 1 : epsilon * sides(linear) / linear.parameters();
        if (densities[i] > 1) {
          dense[i] = true;
          settled = false;
        }
      }
    }
    return densities;
  }

  /** What is left to keep, in units of out + in. */
  private static double epsilon(double sparsity, List<LinearDescription> linears, boolean[] dense) {
    double keep = 0;
    double sides = 0;
    for (int i = 0; i < dense.length; i++) {
      LinearDescription linear = linears.get(i);
      keep += (1 - sparsity) * linear.parameters() - (dense[i] ? linear.parameters() : 0);
      sides += dense[i] ? 0 : sides(linear);
    }
    return sides == 0 ? 0 : keep / sides;
  }

  private static double sides(LinearDescription linear) {
    return (double) linear.outFeatures() + linear.inFeatures();
  }
}
