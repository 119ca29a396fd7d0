package dev.espalier.allocation;

import dev.espalier.BadInputException;
import dev.espalier.measurement.Granularity;
import dev.espalier.measurement.HillEstimator;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.measurement.Measurement;
import java.util.Arrays;
import java.util.Locale;
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
  public AlphaPruningAllocation {
    if (!(epsilon > 0 && epsilon <= 1)) {
      throw new BadInputException(
          "epsilon is "
              + epsilon
              + "; AlphaPruning needs a number greater than 0 and at most 1, such as 0.3");
    }
  }

  @Override
  public String name() {
    return "alphapruning";
  }

  @Override
  public Map<String, Object> parameters() {
    return Map.of(
        "epsilon",
        epsilon,
        "estimator",
        estimator.name().toLowerCase(Locale.ROOT),
        "granularity",
        granularity.name().toLowerCase(Locale.ROOT));
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
