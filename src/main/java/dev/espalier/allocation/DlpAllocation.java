package dev.espalier.allocation;

import dev.espalier.measurement.MeasuredModel;
import dev.espalier.measurement.Measurement;
import java.util.Locale;
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
  public DlpAllocation {
    ImportanceMapping.requireHalf("DLP", "alpha", alpha);
  }

  @Override
  public String name() {
    return "dlp";
  }

  @Override
  public Map<String, Object> parameters() {
    return Map.of("alpha", alpha, "statistic", statistic.name().toLowerCase(Locale.ROOT));
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
