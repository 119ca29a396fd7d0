package dev.espalier.statistics;

import dev.espalier.NumericalException;
import dev.espalier.Setting;
import dev.espalier.device.NativeMemory;
import dev.espalier.forward.ActivationFault;
import dev.espalier.kernels.Kernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The layer Hessian H = (2/n) Σ xᵀx of an input, n the number of sequences (SparseGPT, Frantar and
 * Alistarh, 2023). {@link #factor} replaces it by its inverse's factor, {@link #scaled} by its
 * scaled form, once for all readers; one that is kept stays beside its factor.
 */
public final class InputHessian implements InputStatistics {
  private final Tensor matrix;
  private final Tensor dead;
  private final Tensor largest;
  private final long sequences;
  private final Optional<ColumnNorms> kept;
  private ScalarType dtype = ScalarType.Float;
  private long tokens;
  private InverseFactor factor;
  private ScaledHessian scaled;

  /**
   * The upper factor U of (H + damping·mean(diag H)·I)⁻¹ = UᵀU.
   *
   * @param u [features, features] f32, upper; valid until the Hessian is closed
   * @param dead [features] u8: 1 where the input is always zero; valid as long as u
   * @param damping what was needed: more than asked where H was not positive definite
   * @param added damping·mean(diag H), with 1 for each dead input's zero
   */
  public record InverseFactor(Tensor u, Tensor dead, double damping, double added) {}

  /**
   * A try to factor.
   *
   * @param step times the damping that was asked for
   */
  record Attempt(ScalarType precision, int step) {
    /**
     * In what order: with the damping that was asked for, in f64 at last; then in f64 with ten
     * times more, up to three times.
     *
     * @param first the precision that suits the device
     */
    static List<Attempt> inOrder(ScalarType first) {
      List<Attempt> attempts = new ArrayList<>();
      if (first != ScalarType.Double) {
        attempts.add(new Attempt(first, 1));
      }
      for (int step = 1; step <= 1000; step *= 10) {
        attempts.add(new Attempt(ScalarType.Double, step));
      }
      return attempts;
    }
  }

  /**
   * @param like any tensor on the device of the inputs
   */
  InputHessian(int features, long sequences, Tensor like) {
    this(features, sequences, like, Optional.empty());
  }

  /** One that is there beside its factor, and knows the very norms that {@link ColumnNorms} do. */
  static InputHessian kept(int features, long sequences, Tensor like) {
    return new InputHessian(
        features, sequences, like, Optional.of(new ColumnNorms(features, sequences, like)));
  }

  private InputHessian(int features, long sequences, Tensor like, Optional<ColumnNorms> kept) {
    this.kept = kept;
    this.matrix = Zeros.like(like, ScalarType.Float, features, features);
    this.dead = Zeros.like(like, ScalarType.Byte, features);
    this.largest = Zeros.like(like, ScalarType.Float, 1);
    this.sequences = sequences;
  }

  @Override
  public void add(Tensor x) {
    requireHessian();
    dtype = x.scalar_type().intern();
    tokens += x.size(0);
    NativeMemory.run(() -> largest.copy_(largest.maximum(magnitude(x)))); // NaN stays
    Kernels.accumulateHessian(x, 2.0 / sequences, matrix);
    kept.ifPresent(norms -> norms.add(x));
  }

  /** The largest |x|, without a copy of x. */
  private static Tensor magnitude(Tensor x) {
    return x.max().maximum(x.min().neg()).to(ScalarType.Float);
  }

  @Override
  public long tokens() {
    return tokens;
  }

  @Override
  public Tensor norms() {
    if (kept.isPresent()) {
      return kept.get().norms();
    }
    requireHessian();
    return NativeMemory.compute(() -> matrix.diagonal().mul(new Scalar(0.5)).sqrt());
  }

  /**
   * Factors the Hessian in the precision that suits its device; where it is not positive definite,
   * in f64, then with ten times more damping, up to three times.
   *
   * @param damping relative to the mean of the diagonal, the same at every call
   * @throws NumericalException if nothing helps, or H is not finite
   */
  public InverseFactor factor(double damping) {
    if (factor != null) {
      return factor;
    }
    requireFinite();
    double mean = meanDiagonal();
    double tried = damping;
    Tensor u = kept.isPresent() ? NativeMemory.own(matrix::clone) : matrix;
    for (Attempt attempt : Attempt.inOrder(Kernels.factorPrecision(u))) {
      tried = damping * attempt.step();
      if (Kernels.inverseFactor(u, tried, attempt.precision(), dead).isEmpty()) {
        factor = new InverseFactor(u, dead, tried, tried * mean);
        return factor;
      }
    }
    if (u != matrix) {
      u.close();
    }
    throw new NumericalException(
        "its Hessian cannot be factored, even with damping "
            + tried
            + "; draw more calibration windows, or take another method",
        Setting.SAMPLES,
        Setting.METHOD);
  }

  /**
   * Scales the Hessian to a diagonal of ones.
   *
   * @param before damping relative to the mean of the diagonal, the same at every call
   * @param after what is added to the ones, the same at every call
   * @throws NumericalException if H is not finite
   */
  public ScaledHessian scaled(double before, double after) {
    if (scaled == null) {
      requireFinite();
      NativeMemory.run(() -> dead.copy_(matrix.diagonal().eq(new Scalar(0.0))));
      scaled = ScaledHessian.inPlace(matrix, before * meanDiagonal(), after);
    }
    return scaled;
  }

  /** No product of H is larger than its diagonal's largest, so that tells. */
  @Override
  public void requireFinite() {
    requireHessian();
    try (PointerScope scope = new PointerScope()) {
      if (matrix.diagonal().isfinite().all().item_bool()) {
        return;
      }
      double activation = largest.item_double();
      if (!Double.isFinite(activation)) {
        throw ActivationFault.of("the calibration activations that enter it", dtype);
      }
      throw new NumericalException(
          String.format(
              Locale.ROOT,
              "its Hessian is beyond float32: the calibration activations are finite, but products"
                  + " of numbers as large as %.1e are not; take a method that needs none, such as"
                  + " wanda",
              activation),
          Setting.METHOD);
    }
  }

  @Override
  public long deadFeatures() {
    try (PointerScope scope = new PointerScope()) {
      boolean known = factor != null || scaled != null;
      Tensor none = known ? dead : matrix.diagonal().eq(new Scalar(0.0));
      return none.sum().item_long();
    }
  }

  /** The mean of the diagonal, with 1 for each dead input's zero. */
  public double meanDiagonal() {
    requireHessian();
    try (PointerScope scope = new PointerScope()) {
      Tensor diagonal = matrix.diagonal().to(ScalarType.Double);
      Tensor counted = diagonal.masked_fill(diagonal.eq(new Scalar(0.0)), new Scalar(1.0));
      return counted.mean().item_double();
    }
  }

  /**
   * H itself.
   *
   * @return [features, features] f32, valid until this is closed, or replaced
   */
  public Tensor matrix() {
    requireHessian();
    return matrix;
  }

  private void requireHessian() {
    if (scaled != null || factor != null && kept.isEmpty()) {
      throw new IllegalStateException("the Hessian has been replaced");
    }
  }

  @Override
  public void close() {
    if (factor != null && factor.u() != matrix) {
      factor.u().close();
    }
    if (scaled != null) {
      scaled.close();
    }
    kept.ifPresent(ColumnNorms::close);
    matrix.close();
    dead.close();
    largest.close();
  }
}
