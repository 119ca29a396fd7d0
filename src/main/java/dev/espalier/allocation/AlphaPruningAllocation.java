package dev.espalier.allocation;

import dev.espalier.measurement.Granularity;
import dev.espalier.measurement.HillEstimator;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.measurement.Measurement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * AlphaPruning (Lu et al., 2024): what has a lighter tail, a larger exponent α of its spectrum, is
 * less well trained and loses more. m = (α − min)/(max − min)·2ε + 1 − ε, and a block or linear
 * loses m·p·ΣN / Σ(N·m), N its parameters. A block's α is the mean of its linears'.
 *
 * @param epsilon half the range of relative sparsities, in (0, 1]; 0.3 in the released code
 */
public record AlphaPruningAllocation(
    double epsilon, HillEstimator estimator, Granularity granularity)
    implements SparsityAllocation {
  /** Half the range of relative sparsities. */
  public static final NumberParameter EPSILON =
      new NumberParameter(
          "epsilon",
          "epsilon",
          "E",
          "half the range of relative sparsities",
          0.3,
          new Range(Double.MIN_VALUE, 1, "a number greater than 0 and at most 1, such as 0.3"));

  /** Where a spectrum's tail begins. */
  public static final ChoiceParameter<HillEstimator> HILL =
      new ChoiceParameter<>("hill", "where a spectrum's tail begins", HillEstimator.PEAK);

  /** What gets a sparsity of its own. */
  public static final ChoiceParameter<Granularity> GRANULARITY =
      new ChoiceParameter<>("granularity", "what gets a sparsity of its own", Granularity.BLOCK);

  /** As the catalogue has it. */
  public static final AllocationKind KIND =
      new AllocationKind(
              "alphapruning",
              "AlphaPruning",
              "its spectra have heavier tails",
              "Lu et al., AlphaPruning, 2024",
              List.of(EPSILON, HILL, GRANULARITY),
              values ->
                  new AlphaPruningAllocation(
                      values.of(EPSILON), values.of(HILL), values.of(GRANULARITY)))
          .publishedAs("ww");

  public AlphaPruningAllocation {
    KIND.require(EPSILON, epsilon);
  }

  /** With the released code's parameters, by blocks. */
  public AlphaPruningAllocation() {
    this(EPSILON.typical(), HILL.typical(), GRANULARITY.typical());
  }

  @Override
  public String name() {
    return KIND.name();
  }

  @Override
  public Map<String, Object> parameters() {
    return Map.of(
        "epsilon", epsilon, "estimator", estimator.keyword(), "granularity", granularity.keyword());
  }

  @Override
  public Set<Measurement> needs() {
    return Set.of(exponents());
  }

  private Measurement exponents() {
    return new Measurement.TailExponent(estimator);
  }

  @Override
  public double[] densities(double sparsity, MeasuredModel model) {
    double[] alpha = model.measured(exponents());
    if (granularity == Granularity.BLOCK) {
      alpha = model.blockMeans(alpha);
    }
    long[] parameters = model.parameters(granularity);
    double min = Arrays.stream(alpha).min().orElse(0);
    double max = Arrays.stream(alpha).max().orElse(0);
    double[] relative = new double[alpha.length];
    double weighted = 0;
    double total = 0;
    for (int i = 0; i < alpha.length; i++) {
      // Nothing tells them apart: all alike.
      relative[i] = max > min ? (alpha[i] - min) / (max - min) * 2 * epsilon + 1 - epsilon : 1;
      weighted += parameters[i] * relative[i];
      total += parameters[i];
    }
    double scale = weighted > 0 ? sparsity * total / weighted : 0;
    return Arrays.stream(relative).map(m -> 1 - m * scale).toArray();
  }
}
