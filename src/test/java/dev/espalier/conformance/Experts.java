package dev.espalier.conformance;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Feed-forward parts of which a router chooses a few for each token: the others read nothing. */
final class Experts implements FeedForward {
  private final double[][] router;
  private final List<FeedForward> experts;
  private final int chosen;
  private final boolean normalised;

  private Experts(double[][] router, List<FeedForward> experts, int chosen, boolean normalised) {
    this.router = router;
    this.experts = experts;
    this.chosen = chosen;
    this.normalised = normalised;
  }

  /**
   * @param module what the names of their tensors begin with, up to a dot
   */
  static Experts of(
      ReferenceConfig config, String module, ReferenceWeights weights, ObservedLinears linears) {
    double[][] router = weights.matrix(module + "gate.weight");
    boolean mixtral = config.type().equals("mixtral");
    String experts = module + "experts.";
    List<FeedForward> all =
        IntStream.range(0, router.length)
            .mapToObj(
                i ->
                    weights.has(experts + "down_proj[0]")
                        ? stacked(config, experts, "[" + i + "]", linears)
                        : apart(config, experts + i + ".", mixtral, linears))
            .toList();
    boolean normalised = mixtral || config.flag("norm_topk_prob", false);
    return new Experts(router, all, config.size("num_experts_per_tok"), normalised);
  }

  private static FeedForward stacked(
      ReferenceConfig config, String module, String index, ObservedLinears linears) {
    String gateUp = module + "gate_up_proj" + index;
    String down = module + "down_proj" + index;
    List.of(gateUp, down).forEach(linears::declare);
    return FeedForward.fused(Activations.of(config), gateUp, down, linears);
  }

  private static FeedForward apart(
      ReferenceConfig config, String module, boolean mixtral, ObservedLinears linears) {
    String gate = module + (mixtral ? "w1" : "gate_proj");
    String up = module + (mixtral ? "w3" : "up_proj");
    String down = module + (mixtral ? "w2" : "down_proj");
    List.of(gate, up, down).forEach(linear -> linears.declare(linear + ".weight"));
    return FeedForward.gated(Activations.of(config), gate, up, down, linears);
  }

  @Override
  public double[] apply(double[] x) {
    double[] shares = Vectors.softmax(Vectors.times(router, x));
    int[] best =
        IntStream.range(0, shares.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -shares[i]))
            .limit(chosen)
            .mapToInt(Integer::intValue)
            .toArray();
    double total = normalised ? IntStream.of(best).mapToDouble(i -> shares[i]).sum() : 1;
    double[] result = new double[x.length];
    for (int i : best) {
      double[] part = Vectors.scaled(experts.get(i).apply(x), shares[i] / total);
      result = Vectors.sum(result, part);
    }
    return result;
  }
}
