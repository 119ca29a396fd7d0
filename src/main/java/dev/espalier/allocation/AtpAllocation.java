package dev.espalier.allocation;

import dev.espalier.BadInputException;
import dev.espalier.measurement.MeasuredModel;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * ATP: sparsities in arithmetic progression, p_i = p − β(L−1)/2 + βi, so that deeper blocks lose
 * more.
 *
 * @param beta the step, at least 0; for L blocks at most min(2p, 2(1−p)) / (L−1)
 */
public record AtpAllocation(double beta) implements SparsityAllocation {
  /** The step; what is possible depends on the sparsity and on how many blocks there are. */
  public static final NumberParameter BETA =
      new NumberParameter(
              "beta",
              "beta",
              "B",
              "step of sparsity per block",
              0.01,
              new Range(0, Double.MAX_VALUE, "a finite number of at least 0"))
          .dependingOnTheModel("half of the largest");

  /** As the catalogue has it. */
  public static final AllocationKind KIND =
      new AllocationKind(
              "atp",
              "ATP",
              "it comes earlier",
              "ATP: sparsities in arithmetic progression",
              List.of(BETA),
              values -> new AtpAllocation(values.of(BETA)))
          .publishedAs("atp")
          .usually((sparsity, blocks) -> ofLargest(0.5, sparsity, blocks));

  public AtpAllocation {
    KIND.require(BETA, beta);
  }

  @Override
  public String name() {
    return KIND.name();
  }

  @Override
  public Map<String, Object> parameters() {
    return Map.of("beta", beta);
  }

  @Override
  public double[] densities(double sparsity, MeasuredModel model) {
    int blocks = model.blocks().size();
    double bound = bound(sparsity, blocks);
    if (beta > bound) {
      throw new BadInputException(
          String.format(
              Locale.ROOT,
              "beta is %s, but at sparsity %s and %d blocks it can be at most %.6f",
              beta,
              sparsity,
              blocks,
              Math.floor(bound * 1e6) / 1e6));
    }
    double[] densities = new double[blocks];
    for (int i = 0; i < blocks; i++) {
      densities[i] = 1 - (sparsity - beta * (blocks - 1) / 2 + beta * i);
    }
    return densities;
  }

  /** With that share of the largest β, to four digits: they say enough, and can be typed. */
  public static AtpAllocation ofLargest(double share, double sparsity, int blocks) {
    double bound = blocks == 1 ? 0 : bound(sparsity, blocks);
    return new AtpAllocation(Math.floor(share * bound * 1e4) / 1e4);
  }

  @Override
  public boolean isUniform() {
    return beta == 0;
  }

  /** The largest β at which every block's sparsity is in [0, 1]; infinite for a single block. */
  public static double bound(double sparsity, int blocks) {
    return blocks == 1
        ? Double.POSITIVE_INFINITY
        : Math.min(2 * sparsity, 2 * (1 - sparsity)) / (blocks - 1);
  }
}
