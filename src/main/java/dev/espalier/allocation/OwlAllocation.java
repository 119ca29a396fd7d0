package dev.espalier.allocation;

import dev.espalier.BadInputException;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.measurement.Measurement;
import java.util.Map;
import java.util.Set;

/**
 * Outlier-weighed layerwise sparsity (OWL, Yin et al., 2024): a block with more outliers among its
 * scores keeps more. The share of scores above M times the block's mean is rescaled to [0, 2λ] and
 * centred on the target.
 *
 * @param lambda half the range of densities, greater than 0; 0.08 in the paper
 * @param outlierMultiple M, greater than 0; 5 in the paper
 */
public record OwlAllocation(double lambda, double outlierMultiple) implements SparsityAllocation {
  public OwlAllocation {
    ImportanceMapping.requireHalf("OWL", "lambda", lambda);
    if (!(outlierMultiple > 0) || Double.isInfinite(outlierMultiple)) {
      throw new BadInputException(
          "M is " + outlierMultiple + "; OWL needs a finite number greater than 0");
    }
  }

  @Override
  public String name() {
    return "owl";
  }

  @Override
  public Map<String, Object> parameters() {
    return Map.of("lambda", lambda, "m", outlierMultiple);
  }

  @Override
  public Set<Measurement> needs() {
    return Set.of(outliers());
  }

  private Measurement outliers() {
    return new Measurement.Outliers(outlierMultiple);
  }

  @Override
  public double[] densities(double sparsity, MeasuredModel model) {
    return ImportanceMapping.densities(model.measured(outliers()), lambda, sparsity);
  }
}
