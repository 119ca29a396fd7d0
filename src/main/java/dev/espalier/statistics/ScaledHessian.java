package dev.espalier.statistics;

import dev.espalier.NumericalException;
import dev.espalier.Setting;
import dev.espalier.device.NativeMemory;
import dev.espalier.kernels.Kernels;
import java.util.LinkedHashSet;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A Hessian whose inputs are scaled to length one, as ADMM works on it: Ĥ = E⁻¹(H + λI)E⁻¹ + δI
 * with E the roots of the diagonal. A linear W becomes WE, and what is made of that is divided by
 * E.
 */
public final class ScaledHessian implements AutoCloseable {
  /** Inputs shorter than this share of the mean count as so long: those that are always zero. */
  private static final double SHORTEST = 1e-6;

  private final Tensor matrix;
  private final Tensor scale;
  private final double before;
  private final double after;
  private double rho = Double.NaN;
  private Tensor inverse;

  private ScaledHessian(Tensor matrix, Tensor scale, double before, double after) {
    this.matrix = matrix;
    this.scale = scale;
    this.before = before;
    this.after = after;
  }

  /**
   * @param matrix H, replaced by Ĥ; whoever owns it closes it
   */
  static ScaledHessian inPlace(Tensor matrix, double before, double after) {
    Tensor scale =
        NativeMemory.own(
            () -> {
              Tensor roots = matrix.diagonal().add(new Scalar(before)).sqrt();
              double mean = roots.mean().item_double();
              return mean > 0
                  ? roots.clamp_min(new Scalar(SHORTEST * mean))
                  : roots.fill_(new Scalar(1.0));
            });
    NativeMemory.run(
        () -> {
          matrix.diagonal().add_(new Scalar(before));
          matrix.div_(scale).div_(scale.unsqueeze(1));
          matrix.diagonal().add_(new Scalar(after));
        });
    return new ScaledHessian(matrix, scale, before, after);
  }

  /** Ĥ: [features, features] f32, symmetric, valid until the Hessian is closed. */
  public Tensor matrix() {
    return matrix;
  }

  /** E: [features] f32, valid until the Hessian is closed. */
  public Tensor scale() {
    return scale;
  }

  /** λ, what was added to H. */
  public double addedBefore() {
    return before;
  }

  /** δ, what was added to the scaled H. */
  public double addedAfter() {
    return after;
  }

  /**
   * (Ĥ + ρI)⁻¹, by Cholesky. The last one is kept, since the linears of an input begin alike.
   *
   * @return [features, features] f32, symmetric, valid until the next call or the Hessian is closed
   * @throws NumericalException if Ĥ + ρI is not positive definite
   */
  public Tensor inverse(double rho) {
    if (rho != this.rho) {
      close(inverse);
      inverse = null;
      this.rho = Double.NaN;
      inverse = NativeMemory.own(() -> SymmetricProduct.ofUpper(factor(rho)));
      this.rho = rho;
    }
    return inverse;
  }

  /** U with (Ĥ + ρI)⁻¹ = UᵀU, in the caller's scope. */
  private Tensor factor(double rho) {
    double mean = matrix.diagonal().mean().item_double();
    Tensor dead =
        matrix.new_zeros(
            new long[] {matrix.size(0)},
            matrix.options().dtype(new ScalarTypeOptional(ScalarType.Byte)));
    Set<ScalarType> precisions = new LinkedHashSet<>();
    precisions.add(Kernels.factorPrecision(matrix));
    precisions.add(ScalarType.Double);
    for (ScalarType precision : precisions) {
      Tensor u = matrix.clone();
      if (Kernels.inverseFactor(u, rho / mean, precision, dead).isEmpty()) {
        return u;
      }
    }
    throw new NumericalException(
        "its Hessian cannot be factored; draw more calibration windows, or take another method",
        Setting.SAMPLES,
        Setting.METHOD);
  }

  @Override
  public void close() {
    close(inverse);
    scale.close();
  }

  private static void close(Tensor tensor) {
    if (tensor != null) {
      tensor.close();
    }
  }
}
