package dev.espalier.bench;

import dev.espalier.NumericalException;
import dev.espalier.kernels.Kernels;
import dev.espalier.reference.EagerReference;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * U of a Hessian with 1 % damping.
 *
 * @param precision in which ours factors; the published code works in f32
 */
record FactorCase(long n, ScalarType precision, double target) implements Case<Tensor, Tensor> {
  private static final double DAMPING = 0.01;

  /** Where errors are no more than the rounding of U itself, neither side is the better one. */
  private static final double ROUNDING = 1e-6;

  @Override
  public Title title() {
    String op = "inverse factor, ours in " + Title.name(precision);
    return new Title(op, Title.shape(n, n, ScalarType.Float), target);
  }

  @Override
  public Tensor inputs() {
    return Inputs.hessian(n, 8);
  }

  @Override
  public Supplier<Tensor> reference(Tensor hessian) {
    Tensor h = hessian.clone();
    return () -> EagerReference.inverseFactor(h, DAMPING);
  }

  @Override
  public Supplier<Tensor> ours(Tensor hessian) {
    Tensor h = hessian.clone();
    Tensor dead =
        torch.zeros(new long[] {n}, h.options().dtype(new ScalarTypeOptional(ScalarType.Byte)));
    return () -> {
      OptionalLong failed = Kernels.inverseFactor(h, DAMPING, precision, dead);
      if (failed.isPresent()) {
        throw new NumericalException("the pivot of column %d failed".formatted(failed.getAsLong()));
      }
      return h;
    };
  }

  /** Against the published steps in f64: below the bound, and no worse than they are in f32. */
  @Override
  public Gate check(Tensor hessian, Tensor reference, Tensor ours) {
    try (PointerScope scope = new PointerScope()) {
      Tensor exact = EagerReference.inverseFactor(hessian.to(ScalarType.Double), DAMPING);
      double error = Compare.relativeNorm(ours, exact);
      double bound = precision.intern() == ScalarType.Double ? 1e-5 : 1e-4;
      return Gate.all(
          Gate.atMost("Frobenius", error, bound),
          Gate.atMost(
              "as the reference",
              error,
              Math.max(ROUNDING, Compare.relativeNorm(reference, exact))));
    }
  }

  /** A Cholesky factorisation and a triangular inverse. */
  @Override
  public Work work() {
    return Work.flops(2.0 / 3 * n * n * n);
  }
}
