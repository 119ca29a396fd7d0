package dev.espalier.measurement;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.description.BlockDescription;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.model.layer.Linear;
import dev.espalier.statistics.BlockStatistics;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The power-law exponents of the linears' spectra: what AlphaPruning allocates by. The eigenvalues
 * are those of the smaller Gram matrix in f64, which are the squares of the singular values.
 */
final class SpectrumProbe implements BlockProbe {
  private final List<Measurement.TailExponent> exponents;

  SpectrumProbe(Set<Measurement> needs) {
    this.exponents = BlockProbe.only(Measurement.TailExponent.class, needs);
  }

  /** In f64: the weight, its Gram matrix, and that matrix again while it is solved. */
  @Override
  public long bytes(BlockDescription block) {
    return exponents.isEmpty()
        ? 0
        : block.linears().stream().mapToLong(SpectrumProbe::bytes).max().orElse(0);
  }

  private static long bytes(LinearDescription linear) {
    long side = Math.min(linear.outFeatures(), linear.inFeatures());
    return Double.BYTES * (linear.parameters() + 4 * side * side);
  }

  @Override
  public Map<Measurement, double[]> measure(DecoderBlock block, BlockStatistics hessians) {
    Map<Measurement, double[]> measured = new HashMap<>();
    if (exponents.isEmpty()) {
      return measured;
    }
    List<Linear> linears = block.linears();
    for (Measurement.TailExponent exponent : exponents) {
      measured.put(exponent, new double[linears.size()]);
    }
    for (int i = 0; i < linears.size(); i++) {
      double[] eigenvalues = eigenvalues(linears.get(i));
      for (Measurement.TailExponent exponent : exponents) {
        measured.get(exponent)[i] = exponent(linears.get(i), eigenvalues, exponent.estimator());
      }
    }
    return measured;
  }

  private static double exponent(Linear linear, double[] eigenvalues, HillEstimator estimator) {
    double exponent = eigenvalues.length < 2 ? 0 : estimator.exponent(eigenvalues);
    if (exponent <= 0 || !Double.isFinite(exponent)) {
      throw new BadInputException(
          "%s: its weights have rank %d, and no tail of their spectrum has an exponent; choose an allocation other than AlphaPruning"
              .formatted(linear.name(), eigenvalues.length),
          Setting.ALLOCATION);
    }
    return exponent;
  }

  /**
   * Of WᵀW or WWᵀ, whichever is smaller, ascending. Those that rounding may have made of zeros are
   * left out: there are as many as the weight's numerical rank.
   */
  static double[] eigenvalues(Linear linear) {
    linear.requireFinite();
    try (PointerScope scope = new PointerScope()) {
      Tensor w = linear.weight().to(ScalarType.Double);
      Tensor gram = w.size(0) < w.size(1) ? w.matmul(w.t()) : w.t().matmul(w);
      Tensor values = torch.linalg_eigvalsh(gram).cpu().contiguous();
      double[] eigenvalues = new double[(int) values.numel()];
      values.data_ptr_double().get(eigenvalues);
      double largest = eigenvalues[eigenvalues.length - 1];
      double rounding = Math.max(w.size(0), w.size(1)) * Math.ulp(1.0) * largest;
      return Arrays.stream(eigenvalues).filter(value -> value > rounding).toArray();
    }
  }
}
