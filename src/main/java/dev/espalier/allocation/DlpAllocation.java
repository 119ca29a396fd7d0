package dev.espalier.allocation;

import dev.espalier.BadInputException;
import dev.espalier.kernels.ScoreSummary;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Dynamic layerwise pruning (DLP, Chen et al., 2025): a block whose scores stand out less is less
 * important and keeps less. With S the statistic of a block's scores, I = 1 − S / ΣS is rescaled to
 * [0, 2α] and centred on the target. The paper's statistic is the median; the released code takes
 * the mean.
 *
 * @param alpha half the range of densities, greater than 0; 0.15 in the paper at 70 %
 */
public record DlpAllocation(double alpha, Statistic statistic) implements SparsityAllocation {
  /** What stands for a block's scores. */
  public enum Statistic {
    MEDIAN,
    MEAN;

    double of(ScoreSummary scores) {
      return switch (this) {
        case MEDIAN -> scores.median();
        case MEAN -> scores.mean();
      };
    }
  }

  public DlpAllocation {
    if (!(alpha > 0) || Double.isInfinite(2 * alpha)) {
      throw new BadInputException("alpha is " + alpha + "; DLP needs a number greater than 0");
    }
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
  public boolean needsScores() {
    return true;
  }

  @Override
  public double[] densities(double sparsity, int blocks, List<ScoreSummary> scores) {
    BlockScores.requireFinite(scores);
    double[] statistics = scores.stream().mapToDouble(statistic::of).toArray();
    double sum = 0;
    for (double s : statistics) {
      sum += s;
    }
    double[] importance = new double[blocks];
    for (int i = 0; i < blocks; i++) {
      importance[i] = sum == 0 ? 0 : 1 - statistics[i] / sum;
    }
    return CentredRange.densities(importance, alpha, sparsity);
  }
}
