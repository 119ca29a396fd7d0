package dev.espalier.allocation;

import dev.espalier.measurement.Granularity;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.measurement.Measurement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * LSA: what is reconstructed worse when a fixed share of it is pruned is less important, with DLP's
 * mapping of S, the least linear reconstruction error, to densities. By blocks S is the mean of the
 * block's linears; by linears the range shrinks with a linear's size against the mean.
 *
 * @param alpha half the range of densities, greater than 0
 * @param share of each 128 columns that is pruned on trial, in (0, 1); 0.5 in the released code
 */
public record LsaAllocation(double alpha, double share, Granularity granularity)
    implements SparsityAllocation {
  /** Half the range of densities, as DLP's: it is the same mapping. */
  public static final NumberParameter ALPHA = DlpAllocation.ALPHA;

  /** What gets a sparsity of its own, as AlphaPruning's. */
  public static final ChoiceParameter<Granularity> GRANULARITY = AlphaPruningAllocation.GRANULARITY;

  /** As the catalogue has it. */
  public static final AllocationKind KIND =
      new AllocationKind(
          "lsa",
          "LSA",
          "losing half of their weights changes its linears' outputs less",
          "Yang et al., LSA: Layer-Wise Sparsity Allocation, 2026",
          List.of(ALPHA, GRANULARITY),
          values -> new LsaAllocation(values.of(ALPHA), values.of(GRANULARITY)));

  private static final double SHARE = 0.5;
  private static final Range SHARES =
      new Range(Double.MIN_VALUE, Math.nextDown(1.0), "a number between 0 and 1, such as " + SHARE);

  public LsaAllocation {
    KIND.require(ALPHA, alpha);
    SHARES.require("the share", KIND.title(), share);
  }

  /** With the released code's share. */
  public LsaAllocation(double alpha, Granularity granularity) {
    this(alpha, SHARE, granularity);
  }

  /** With the released code's parameters, by blocks. */
  public LsaAllocation() {
    this(ALPHA.typical(), GRANULARITY.typical());
  }

  @Override
  public String name() {
    return KIND.name();
  }

  @Override
  public Map<String, Object> parameters() {
    return Map.of("alpha", alpha, "share", share, "granularity", granularity.keyword());
  }

  @Override
  public Set<Measurement> needs() {
    return Set.of(errors());
  }

  private Measurement errors() {
    return new Measurement.ReconstructionError(share);
  }

  @Override
  public double[] densities(double sparsity, MeasuredModel model) {
    double[] errors = model.measured(errors());
    if (granularity == Granularity.BLOCK) {
      return ImportanceMapping.densities(
          ImportanceMapping.importance(model.blockMeans(errors)), alpha, sparsity);
    }
    double[] densities =
        ImportanceMapping.densities(ImportanceMapping.importance(errors), alpha, sparsity);
    long[] parameters = model.parameters(Granularity.LINEAR);
    double mean = Arrays.stream(parameters).average().orElse(0);
    for (int i = 0; i < densities.length; i++) {
      densities[i] = 1 - sparsity + (densities[i] - (1 - sparsity)) * mean / parameters[i];
    }
    return densities;
  }
}
