package dev.espalier.allocation;

import dev.espalier.measurement.MeasuredModel;
import dev.espalier.measurement.Measurement;
import java.util.List;
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
  /** Half the range of densities. */
  public static final NumberParameter LAMBDA =
      new NumberParameter(
              "owl-lambda",
              "lambda",
              "L",
              "half the range of densities",
              0.08,
              ImportanceMapping.HALF_RANGES)
          .publishedAs("Lamda");

  /** What a score must be of the mean to stand out. */
  public static final NumberParameter M =
      new NumberParameter(
              "owl-m",
              "M",
              "M",
              "outliers exceed M times the mean",
              5,
              new Range(Double.MIN_VALUE, Double.MAX_VALUE, "a finite number greater than 0"))
          .publishedAs("Hyper_m");

  /** As the catalogue has it. */
  public static final AllocationKind KIND =
      new AllocationKind(
              "owl",
              "OWL",
              "it has more outliers",
              "Yin et al., Outlier Weighed Layerwise Sparsity (OWL), 2024",
              List.of(LAMBDA, M),
              values -> new OwlAllocation(values.of(LAMBDA), values.of(M)))
          .publishedAs("owl");

  public OwlAllocation {
    KIND.require(LAMBDA, lambda);
    KIND.require(M, outlierMultiple);
  }

  /** With the paper's parameters. */
  public OwlAllocation() {
    this(LAMBDA.typical(), M.typical());
  }

  @Override
  public String name() {
    return KIND.name();
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
