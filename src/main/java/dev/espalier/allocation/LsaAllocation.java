package dev.espalier.allocation;

import dev.espalier.BadInputException;
import dev.espalier.measurement.Granularity;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.measurement.Measurement;
import java.util.Arrays;
import java.util.Locale;
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
  public LsaAllocation {
    ImportanceMapping.requireHalf("LSA", "alpha", alpha);
    if (!(share > 0 && share < 1)) {
      throw new BadInputException(
          "the share is " + share + "; LSA needs a number between 0 and 1, such as 0.5");
    }
  }

  @Override
  public String name() {
    return "lsa";
  }

  @Override
  public Map<String, Object> parameters() {
    return Map.of(
        "alpha", alpha, "share", share, "granularity", granularity.name().toLowerCase(Locale.ROOT));
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
