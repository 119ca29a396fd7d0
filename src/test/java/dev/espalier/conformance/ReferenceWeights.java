package dev.espalier.conformance;

import dev.espalier.testing.Safetensors;
import dev.espalier.testing.Safetensors.Stored;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A folder's tensors, all F32, as rows of doubles; a vector is one row. */
final class ReferenceWeights {
  private final Map<String, double[][]> tensors = new TreeMap<>();

  private ReferenceWeights() {}

  static ReferenceWeights read(Path folder) throws IOException {
    ReferenceWeights weights = new ReferenceWeights();
    Safetensors.readFolder(folder).forEach((name, stored) -> weights.put(name, stored));
    return weights;
  }

  /** Of a tensor of three dimensions each matrix by itself, such as {@code down_proj[3]}. */
  private void put(String name, Stored stored) {
    double[][] rows = rows(stored);
    if (stored.shape().size() < 3) {
      tensors.put(name, rows);
      return;
    }
    int count = Math.toIntExact(stored.shape().get(0));
    int size = rows.length / count;
    for (int i = 0; i < count; i++) {
      tensors.put(name + "[" + i + "]", Arrays.copyOfRange(rows, i * size, (i + 1) * size));
    }
  }

  private static double[][] rows(Stored stored) {
    if (!stored.dtype().equals("F32")) {
      throw new IllegalArgumentException("stored as " + stored.dtype());
    }
    FloatBuffer values = stored.bytes().duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    int cols = Math.toIntExact(stored.shape().get(stored.shape().size() - 1));
    double[][] rows = new double[values.remaining() / cols][cols];
    for (double[] row : rows) {
      for (int i = 0; i < cols; i++) {
        row[i] = values.get();
      }
    }
    return rows;
  }

  Set<String> names() {
    return tensors.keySet();
  }

  boolean has(String name) {
    return tensors.containsKey(name);
  }

  double[][] matrix(String name) {
    if (!has(name)) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    return tensors.get(name);
  }

  double[] vector(String name) {
    return matrix(name)[0];
  }
}
