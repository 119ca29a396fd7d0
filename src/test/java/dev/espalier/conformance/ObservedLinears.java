package dev.espalier.conformance;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Linears that compute y = W x + b, and keep what each of them has read, token after token. */
final class ObservedLinears {
  private final ReferenceWeights weights;
  private final Map<String, List<double[]>> inputs = new TreeMap<>();

  ObservedLinears(ReferenceWeights weights) {
    this.weights = weights;
  }

  /** A linear that may never be asked to compute. */
  void declare(String weight) {
    inputs.computeIfAbsent(weight, name -> new ArrayList<>());
  }

  /** Without a bias. */
  double[] times(String weight, double[] x) {
    declare(weight);
    inputs.get(weight).add(x);
    return Vectors.times(weights.matrix(weight), x);
  }

  /** With a bias where the checkpoint has one. */
  double[] apply(String module, double[] x) {
    double[] y = times(module + ".weight", x);
    String bias = module + ".bias";
    return weights.has(bias) ? Vectors.sum(y, weights.vector(bias)) : y;
  }

  /** The rows that each linear has read, by the name of its weight. */
  Map<String, List<double[]>> inputs() {
    return Collections.unmodifiableMap(inputs);
  }
}
