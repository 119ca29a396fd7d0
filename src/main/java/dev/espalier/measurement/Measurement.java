package dev.espalier.measurement;

import dev.espalier.Keyword;
import dev.espalier.kernels.ScoreSummary;
import dev.espalier.statistics.InputStatistics;

/**
 * Something that can be measured of the dense model: one number for each block or for each linear.
 * Allocations say what they need, and one pass over the model measures it for all of them.
 */
public sealed interface Measurement {
  /** A name that is the same in every run. */
  String key();

  /** What there is one number of. */
  Granularity granularity();

  /** What must be known of the inputs of each block. */
  InputStatistics.Kind inputs();

  /** Whether calibration windows must run through the model for it. */
  default boolean needsInputs() {
    return inputs() != InputStatistics.Kind.NONE;
  }

  /** What is measured of a block's scores |W|·s, its linears taken together. */
  sealed interface OfScores extends Measurement {
    @Override
    default Granularity granularity() {
      return Granularity.BLOCK;
    }

    @Override
    default InputStatistics.Kind inputs() {
      return InputStatistics.Kind.NORMS;
    }
  }

  /** A statistic of a block's scores |W|·s, its linears taken together. */
  enum Score implements OfScores, Keyword {
    MEDIAN,
    MEAN,
    SUM,
    MAX,
    STD,
    VAR;

    @Override
    public String key() {
      return "score." + keyword();
    }

    /** This statistic of the scores. */
    public double of(ScoreSummary scores) {
      return switch (this) {
        case MEDIAN -> scores.median();
        case MEAN -> scores.mean();
        case SUM -> scores.sum();
        case MAX -> scores.max();
        case STD -> scores.standardDeviation();
        case VAR -> scores.standardDeviation() * scores.standardDeviation();
      };
    }
  }

  /**
   * The percentage of a block's scores that exceed {@code multiple} times their mean: OWL's outlier
   * ratio (Yin et al., 2024, eq. 2).
   */
  record Outliers(double multiple) implements OfScores {
    @Override
    public String key() {
      return "outliers." + multiple;
    }
  }

  /** The power-law exponent of the spectrum of each linear's weight. */
  record TailExponent(HillEstimator estimator) implements Measurement {
    @Override
    public String key() {
      return "tail." + estimator.keyword();
    }

    @Override
    public Granularity granularity() {
      return Granularity.LINEAR;
    }

    @Override
    public InputStatistics.Kind inputs() {
      return InputStatistics.Kind.NONE;
    }
  }

  /**
   * LSA's least linear reconstruction error of each linear.
   *
   * @param share of each 128 columns that is pruned on trial, in (0, 1)
   */
  record ReconstructionError(double share) implements Measurement {
    @Override
    public String key() {
      return "reconstruction." + share;
    }

    @Override
    public Granularity granularity() {
      return Granularity.LINEAR;
    }

    @Override
    public InputStatistics.Kind inputs() {
      return InputStatistics.Kind.HESSIAN;
    }
  }
}
