package dev.espalier.kernels;

import dev.espalier.kernels.internal.NativeLibrary.Matrix;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Tensors as {@code esp_matrix} views. A view is valid as long as its tensor. */
final class Matrices {
  private Matrices() {}

  /** A view of a tensor of one (a single row) or two dimensions whose rows are contiguous. */
  static Matrix view(Tensor tensor) {
    return view(List.of(tensor));
  }

  /** An array of views. */
  static Matrix view(List<Tensor> tensors) {
    Matrix array = new Matrix(tensors.size());
    for (int i = 0; i < tensors.size(); i++) {
      fill(array.position(i), tensors.get(i));
    }
    return array.position(0);
  }

  private static void fill(Matrix view, Tensor tensor) {
    long dimensions = tensor.dim();
    if (dimensions != 1 && dimensions != 2) {
      throw new IllegalArgumentException("expected a matrix or a vector, got " + shape(tensor));
    }
    long rows = dimensions == 2 ? tensor.size(0) : 1;
    long cols = tensor.size(dimensions - 1);
    if (cols > 1 && tensor.stride(dimensions - 1) != 1) {
      throw new IllegalArgumentException("the rows of " + shape(tensor) + " are not contiguous");
    }
    try (Pointer data = tensor.data_ptr()) {
      view.data(data)
          .rows(rows)
          .cols(cols)
          .row_stride(rows > 1 ? tensor.stride(0) : cols)
          .dtype(dtype(tensor.scalar_type().intern()))
          .device(device(tensor));
    }
  }

  static int device(Tensor tensor) {
    return tensor.is_cuda() ? tensor.device().index() : -1;
  }

  static int dtype(ScalarType type) {
    return switch (type) {
      case Float -> 0;
      case Half -> 1;
      case BFloat16 -> 2;
      case Double -> 3;
      case Byte, Bool -> 4;
      case Long -> 5;
      default -> throw new IllegalArgumentException("no kernel takes elements of type " + type);
    };
  }

  private static String shape(Tensor tensor) {
    StringBuilder text = new StringBuilder("a tensor of shape [");
    for (long i = 0; i < tensor.dim(); i++) {
      text.append(i == 0 ? "" : ", ").append(tensor.size(i));
    }
    return text.append(']').toString();
  }
}
