package dev.espalier.conformance;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** The part of a block that works on each token by itself. */
interface FeedForward {
  double[] apply(double[] x);

  /**
   * The family's.
   *
   * @param prefix what the names of the block's tensors begin with, up to a dot
   */
  static FeedForward of(
      ReferenceConfig config, String prefix, ReferenceWeights weights, ObservedLinears linears) {
    DoubleUnaryOperator act = Activations.of(config);
    String mlp = prefix + "mlp.";
    return switch (config.type()) {
      case "opt" -> plain(act, prefix + "fc1", prefix + "fc2", linears);
      case "gpt_neox" -> plain(act, mlp + "dense_h_to_4h", mlp + "dense_4h_to_h", linears);
      case "phi3" -> fused(act, mlp + "gate_up_proj.weight", mlp + "down_proj.weight", linears);
      case "mixtral" ->
          Experts.of(
              config,
              weights.has(mlp + "gate.weight") ? mlp : prefix + "block_sparse_moe.",
              weights,
              linears);
      case "qwen3_moe" ->
          weights.has(mlp + "gate.weight")
              ? Experts.of(config, mlp, weights, linears)
              : gated(act, mlp + "gate_proj", mlp + "up_proj", mlp + "down_proj", linears);
      default -> gated(act, mlp + "gate_proj", mlp + "up_proj", mlp + "down_proj", linears);
    };
  }

  private static FeedForward plain(
      DoubleUnaryOperator act, String in, String out, ObservedLinears linears) {
    return x -> linears.apply(out, Arrays.stream(linears.apply(in, x)).map(act).toArray());
  }

  static FeedForward gated(
      DoubleUnaryOperator act, String gate, String up, String down, ObservedLinears linears) {
    return x -> linears.apply(down, product(act, linears.apply(gate, x), linears.apply(up, x)));
  }

  /** One linear gives the gate's rows, then the others. */
  static FeedForward fused(
      DoubleUnaryOperator act, String gateUp, String down, ObservedLinears linears) {
    return x -> {
      double[] both = linears.times(gateUp, x);
      int half = both.length / 2;
      double[] gate = Arrays.copyOf(both, half);
      return linears.times(down, product(act, gate, Arrays.copyOfRange(both, half, 2 * half)));
    };
  }

  private static double[] product(DoubleUnaryOperator act, double[] gate, double[] up) {
    double[] product = new double[up.length];
    Arrays.setAll(product, i -> act.applyAsDouble(gate[i]) * up[i]);
    return product;
  }
}
