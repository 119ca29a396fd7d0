package dev.espalier.statistics;

import dev.espalier.NumericalException;
import dev.espalier.device.NativeMemory;
import dev.espalier.forward.ActivationFault;
import dev.espalier.kernels.Kernels;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The squared column norms of an input, summed in f64 (Wanda, Sun et al., 2023). */
public final class ColumnNorms implements InputStatistics {
  private final Tensor squares;
  private final long sequences;
  private ScalarType dtype = ScalarType.Float;
  private Facts facts;

  /** What is asked of the sums by every linear that reads the input. */
  private record Facts(boolean squaresFinite, boolean normsFinite, long dead) {}

  /**
   * @param like any tensor on the device of the inputs
   */
  ColumnNorms(int features, long sequences, Tensor like) {
    this.squares = Zeros.like(like, ScalarType.Double, features);
    this.sequences = sequences;
  }

  @Override
  public void add(Tensor x) {
    dtype = x.scalar_type().intern();
    facts = null;
    Kernels.accumulateSquares(x, squares);
  }

  @Override
  public Tensor norms() {
    return NativeMemory.compute(
        () -> torch.div(squares, new Scalar((double) sequences)).sqrt().to(ScalarType.Float));
  }

  /** Looks once, and waits once for the device. */
  private Facts facts() {
    if (facts == null) {
      try (PointerScope scope = new PointerScope()) {
        Tensor all =
            torch.stack(
                new TensorVector(
                    squares.isfinite().all().to(ScalarType.Long),
                    norms().isfinite().all().to(ScalarType.Long),
                    squares.eq(new Scalar(0.0)).sum()));
        long[] told = new long[3];
        all.cpu().data_ptr_long().get(told);
        facts = new Facts(told[0] != 0, told[1] != 0, told[2]);
      }
    }
    return facts;
  }

  /** Squares of finite activations do not overflow in f64, so these tell. */
  @Override
  public void requireFinite() {
    if (!facts().squaresFinite()) {
      throw ActivationFault.of("the calibration activations that enter it", dtype);
    }
    if (!facts().normsFinite()) {
      throw new NumericalException(
          "the norms of its inputs are beyond float32, though the calibration activations are finite");
    }
  }

  @Override
  public long deadFeatures() {
    return facts().dead();
  }

  @Override
  public void close() {
    squares.close();
  }
}
