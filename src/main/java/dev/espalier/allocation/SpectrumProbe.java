package dev.espalier.allocation;

import dev.espalier.calibration.BlockStatistics;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.Linear;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The power-law exponents of the linears' spectra: what AlphaPruning allocates by. The eigenvalues
 * are those of the smaller Gram matrix in f64, which are the squares of the singular values.
 */
final class SpectrumProbe implements Probe {
  private final List<Measurement.TailExponent> exponents;

  SpectrumProbe(Set<Measurement> needs) {
    this.exponents = Probe.only(Measurement.TailExponent.class, needs);
  }

  @Override
  public Map<Measurement, double[]> measure(DecoderBlock block, BlockStatistics inputs) {
    Map<Measurement, double[]> measured = new HashMap<>();
    if (exponents.isEmpty()) {
      return measured;
    }
    List<double[]> spectra = block.linears().stream().map(SpectrumProbe::eigenvalues).toList();
    for (Measurement.TailExponent exponent : exponents) {
      measured.put(
          exponent, spectra.stream().mapToDouble(exponent.estimator()::exponent).toArray());
    }
    return measured;
  }

  /** Of WᵀW or WWᵀ, whichever is smaller, ascending; none is less than zero. */
  static double[] eigenvalues(Linear linear) {
    linear.requireFinite();
    try (PointerScope scope = new PointerScope()) {
      Tensor w = linear.weight().to(ScalarType.Double);
      Tensor gram = w.size(0) < w.size(1) ? w.matmul(w.t()) : w.t().matmul(w);
      Tensor values = torch.linalg_eigvalsh(gram).clamp_min(new Scalar(0.0)).cpu().contiguous();
      double[] eigenvalues = new double[(int) values.numel()];
      values.data_ptr_double().get(eigenvalues);
      return eigenvalues;
    }
  }
}
