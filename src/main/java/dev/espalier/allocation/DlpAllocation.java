package dev.espalier.allocation;

import dev.espalier.measurement.MeasuredModel;
import dev.espalier.measurement.Measurement;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Dynamic layerwise pruning (DLP, Chen et al., 2025): a block whose scores stand out less is less
 * important and keeps less. With S the statistic of a block's scores, I = 1 − S / ΣS is rescaled to
 * [0, 2α] and centred on the target. The paper's statistic is the median; the released code takes
 * the mean; its ablation has the others.
 *
 * @param alpha half the range of densities, greater than 0; 0.15 in the paper at 70 %
 */
public record DlpAllocation(double alpha, Measurement.Score statistic)
    implements SparsityAllocation {
  /** Half the range of densities. */
  public static final NumberParameter ALPHA =
      new NumberParameter(
          "alpha",
          "alpha",
          "A",
          "half the range of densities",
          0.15,
          ImportanceMapping.HALF_RANGES);

  /** Of a block's scores. */
  public static final ChoiceParameter<Measurement.Score> STATISTIC =
      new ChoiceParameter<>(
          "dlp-statistic",
          "NAME",
          "the paper's median, the released code's mean, or sum, max, std, var",
          Measurement.Score.MEDIAN);

  /** As the catalogue has it. */
  public static final AllocationKind KIND =
      new AllocationKind(
              "dlp",
              "DLP",
              "the median of its scores is small against the others'",
              "DLP: Dynamic Layerwise Pruning in Large Language Models, 2025",
              List.of(ALPHA, STATISTIC),
              values -> new DlpAllocation(values.of(ALPHA), values.of(STATISTIC)))
          .publishedAs("dlp");

  public DlpAllocation {
    KIND.require(ALPHA, alpha);
  }

  /** With the paper's parameters. */
  public DlpAllocation() {
    this(ALPHA.typical(), STATISTIC.typical());
  }

  @Override
  public String name() {
    return KIND.name();
  }

  @Override
  public Map<String, Object> parameters() {
    return Map.of("alpha", alpha, "statistic", statistic.keyword());
  }

  @Override
  public Set<Measurement> needs() {
    return Set.of(statistic);
  }

  @Override
  public double[] densities(double sparsity, MeasuredModel model) {
    return ImportanceMapping.densities(
        ImportanceMapping.importance(model.measured(statistic)), alpha, sparsity);
  }
}
