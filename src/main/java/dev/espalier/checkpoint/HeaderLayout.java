package dev.espalier.checkpoint;

import dev.espalier.BadInputException;
import dev.espalier.files.FileFaults;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** The offsets of a header against each other, the shapes and the size of the data. */
final class HeaderLayout {
  private HeaderLayout() {}

  /**
   * Checks that the tensors tile the data: each as long as its shape says, no overlap, no hole,
   * nothing missing and nothing left over at the end.
   */
  static void check(Path file, Collection<TensorEntry> tensors, long dataBytes) {
    for (TensorEntry tensor : tensors) {
      checkSize(file, tensor);
    }
    List<TensorEntry> sorted =
        tensors.stream()
            .sorted(Comparator.comparingLong(TensorEntry::begin).thenComparing(TensorEntry::end))
            .toList();
    long cursor = 0;
    for (TensorEntry tensor : sorted) {
      long begin = tensor.begin();
      long end = tensor.end();
      if (end > dataBytes) {
        throw damaged(
            file,
            tensor,
            "ends at byte %d of the data, but the file holds %d".formatted(end, dataBytes));
      }
      if (begin != cursor) {
        String where = begin < cursor ? "inside the tensor before it" : "after a hole";
        throw damaged(
            file,
            tensor,
            "begins at byte %d of the data, %s (expected byte %d)".formatted(begin, where, cursor));
      }
      cursor = end;
    }
    if (cursor != dataBytes) {
      throw FileFaults.in(
          file,
          "holds %d bytes after its last tensor; %s"
              .formatted(dataBytes - cursor, FileFaults.DAMAGED));
    }
  }

  private static void checkSize(Path file, TensorEntry tensor) {
    if (tensor.begin() > tensor.end()) {
      throw damaged(
          file,
          tensor,
          "ends (byte %d) before it begins (byte %d)".formatted(tensor.end(), tensor.begin()));
    }
    try {
      long bytes = bytes(tensor);
      // What an element of a type takes that we do not know, we do not know.
      if (tensor.bytes() != bytes && tensor.known().isPresent()) {
        throw damaged(
            file,
            tensor,
            "has %d bytes, but %s %s takes %d"
                .formatted(tensor.bytes(), tensor.type(), tensor.shape(), bytes));
      }
    } catch (ArithmeticException e) {
      throw damaged(file, tensor, "has an impossibly large shape " + tensor.shape());
    }
  }

  /** Zeros count as ones until the end: libtorch multiplies the other sizes into the strides. */
  private static long bytes(TensorEntry tensor) {
    long bytes = tensor.known().map(Dtype::bytes).orElse(1);
    for (long size : tensor.shape()) {
      bytes = Math.multiplyExact(bytes, Math.max(size, 1));
    }
    return tensor.shape().contains(0L) ? 0 : bytes;
  }

  private static BadInputException damaged(Path file, TensorEntry tensor, String problem) {
    return FileFaults.inTensor(file, tensor.name(), problem + "; " + FileFaults.DAMAGED);
  }
}
