package dev.espalier.measurement;

import dev.espalier.Keyword;
import java.util.Arrays;

/**
 * Where the tail of a spectrum begins, and so its power-law exponent by Hill's estimator
 * (AlphaPruning, Lu et al., 2024, sec. 3). For the ascending eigenvalues λ of WᵀW and a tail that
 * begins at λ_i with n members, α = 1 + n / Σ_{j≥i} ln(λ_j / λ_i).
 */
public enum HillEstimator implements Keyword {
  /** The upper half of the spectrum. */
  MID {
    @Override
    double exponent(Spectrum spectrum) {
      return spectrum.exponent(spectrum.size() / 2);
    }
  },

  /**
   * The tail that fits best among those that begin near the spectrum's peak. As in the released
   * code the lower end of that range is the decimal logarithm of what the paper means.
   */
  PEAK {
    @Override
    double exponent(Spectrum spectrum) {
      double peak = spectrum.peak();
      return spectrum.bestExponent(Math.log10(0.95 * peak), 1.5 * peak);
    }
  },

  /** The tail that fits best of all. */
  SCAN {
    @Override
    double exponent(Spectrum spectrum) {
      return spectrum.bestExponent(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }
  };

  private static final int BINS = 100;

  /**
   * @param eigenvalues of WᵀW, greater than zero and ascending, at least two
   * @return greater than 1; 0 or not finite where no tail can be fitted
   */
  public double exponent(double[] eigenvalues) {
    return exponent(new Spectrum(eigenvalues));
  }

  abstract double exponent(Spectrum spectrum);

  /** Eigenvalues with the running sums that make each exponent cheap. */
  private static final class Spectrum {
    private final double[] values;
    private final double[] logs;
    private final double[] tailLogs; // Σ_{j≥i} ln λ_j

    Spectrum(double[] values) {
      this.values = values;
      this.logs = Arrays.stream(values).map(Math::log).toArray();
      this.tailLogs = new double[values.length + 1];
      for (int i = values.length - 1; i >= 0; i--) {
        tailLogs[i] = tailLogs[i + 1] + logs[i];
      }
    }

    int size() {
      return values.length;
    }

    double exponent(int begin) {
      double n = values.length - begin;
      return 1 + n / (tailLogs[begin] - n * logs[begin]);
    }

    /** The left edge of the fullest of 100 equal bins of log10 λ. */
    double peak() {
      double min = Math.log10(values[0]);
      double max = Math.log10(values[values.length - 1]);
      double width = (max - min) / BINS;
      int[] counts = new int[BINS];
      for (double value : values) {
        int bin = (int) ((Math.log10(value) - min) / width);
        counts[Math.max(0, Math.min(BINS - 1, bin))]++;
      }
      int fullest = 0;
      for (int i = 1; i < BINS; i++) {
        fullest = counts[i] > counts[fullest] ? i : fullest;
      }
      return Math.pow(10, min + fullest * width);
    }

    /**
     * Among the tails that begin at a value in [from, to], the exponent of the one that fits best.
     */
    double bestExponent(double from, double to) {
      // As in the released code: what cannot be fitted counts as exponent 0 at distance 1.
      double best = 0;
      double least = Double.POSITIVE_INFINITY;
      for (int i = 0; i < values.length - 1; i++) {
        boolean inside = values[i] >= from && values[i] <= to;
        double exponent = inside ? exponent(i) : 0;
        double distance = exponent > 1 ? distance(i, exponent) : 1;
        if (distance < least) {
          least = distance;
          best = exponent;
        }
      }
      return best;
    }

    /** Kolmogorov and Smirnov's, between a tail and its power law. */
    private double distance(int begin, double exponent) {
      double n = values.length - begin;
      double largest = 0;
      for (int j = begin; j < values.length; j++) {
        double fitted = 1 - Math.exp((1 - exponent) * (logs[j] - logs[begin]));
        largest = Math.max(largest, Math.abs(fitted - (j - begin) / n));
      }
      return largest;
    }
  }
}
