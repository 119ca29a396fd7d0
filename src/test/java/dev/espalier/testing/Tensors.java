package dev.espalier.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Makes, reads and compares tensors. Temporaries belong to the caller's scope. */
public final class Tensors {
  private static final double PADDING = 7;

  private Tensors() {}

  /** Normally distributed, always the same for a seed. */
  public static Tensor random(int seed, ScalarType dtype, long... shape) {
    torch.manual_seed(seed);
    return torch.randn(shape).to(dtype);
  }

  /** Multiples of ¼ around 0: many equal values. */
  public static Tensor tied(int seed, ScalarType dtype, long... shape) {
    return random(seed, ScalarType.Float, shape)
        .mul(new Scalar(4))
        .round()
        .div(new Scalar(4))
        .to(dtype);
  }

  /** Activations [tokens, features]: correlated, some features far larger than the others. */
  public static Tensor activations(int seed, long tokens, long features) {
    torch.manual_seed(seed);
    Tensor mixed = torch.randn(tokens, features).matmul(torch.randn(features, features));
    Tensor scale = torch.rand(features).pow(new Scalar(-0.5)).clamp_max(new Scalar(30));
    return mixed.mul(scale).div(new Scalar(Math.sqrt(features)));
  }

  /** A copy of the matrix amid a larger one. */
  public static Tensor strided(Tensor matrix) {
    long rows = matrix.size(0);
    long cols = matrix.size(1);
    Tensor larger =
        torch.zeros(rows + 3, cols + 5).add(new Scalar(PADDING)).to(matrix.scalar_type());
    Tensor inner = larger.narrow(0, 1, rows).narrow(1, 3, cols);
    inner.copy_(matrix);
    return inner;
  }

  /** That nothing around the matrix that {@link #strided} made has been written. */
  public static void assertPaddingUntouched(Tensor strided) {
    Tensor larger =
        strided.as_strided(
            new long[] {strided.size(0) + 3, strided.stride(0)},
            new long[] {strided.stride(0), 1},
            new LongOptional(0));
    Tensor around = larger.clone();
    around
        .narrow(0, 1, strided.size(0))
        .narrow(1, 3, strided.size(1))
        .copy_(torch.zeros(1).add(new Scalar(PADDING)));
    assertEquals(PADDING, around.min().item_double());
    assertEquals(PADDING, around.max().item_double());
  }

  /** All values in row-major order, exactly. */
  public static double[] values(Tensor tensor) {
    try (PointerScope scope = new PointerScope()) {
      Tensor plain = tensor.to(ScalarType.Double).contiguous();
      double[] values = new double[Math.toIntExact(plain.numel())];
      new DoublePointer(plain.data_ptr_double()).get(values);
      return values;
    }
  }

  /** The values of a matrix by row. */
  public static double[][] rows(Tensor matrix) {
    double[][] rows = new double[Math.toIntExact(matrix.size(0))][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = values(matrix.narrow(0, i, 1));
    }
    return rows;
  }

  /** A bool tensor of that many columns. */
  public static Tensor mask(boolean[] mask, long cols) {
    byte[] bytes = new byte[mask.length];
    for (int i = 0; i < mask.length; i++) {
      bytes[i] = (byte) (mask[i] ? 1 : 0);
    }
    return Tensor.create(bytes).view(-1, cols).to(ScalarType.Bool);
  }

  /** Where a tensor is zero. */
  public static boolean[] zeros(Tensor tensor) {
    double[] values = values(tensor);
    boolean[] zeros = new boolean[values.length];
    for (int i = 0; i < zeros.length; i++) {
      zeros[i] = values[i] == 0;
    }
    return zeros;
  }

  /** Whether shape, dtype and every bit agree. */
  public static boolean sameBits(Tensor a, Tensor b) {
    try (PointerScope scope = new PointerScope()) {
      return a.scalar_type().intern() == b.scalar_type().intern()
          && Arrays.equals(a.shape(), b.shape())
          && bytes(a).equal(bytes(b));
    }
  }

  private static Tensor bytes(Tensor tensor) {
    var contiguous = new MemoryFormatOptional(MemoryFormat.Contiguous);
    return tensor.clone(contiguous).view(-1).view(ScalarType.Byte);
  }

  public static void assertSameBits(Tensor expected, Tensor actual, Object about) {
    assertTrue(sameBits(expected, actual), () -> about + ": not the same bits");
  }

  /** ‖actual − expected‖ / ‖expected‖ in f64; 0 if both are zero. */
  public static double distance(Tensor expected, Tensor actual) {
    try (PointerScope scope = new PointerScope()) {
      Tensor wide = expected.to(ScalarType.Double);
      double difference = actual.to(ScalarType.Double).sub(wide).norm().item_double();
      double norm = wide.norm().item_double();
      return difference == 0 ? 0 : difference / norm;
    }
  }

  public static void assertClose(Tensor expected, Tensor actual, double tolerance, Object about) {
    double distance = distance(expected, actual);
    assertTrue(distance <= tolerance, () -> about + ": relative distance " + distance);
  }
}
