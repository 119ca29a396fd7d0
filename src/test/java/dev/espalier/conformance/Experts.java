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
    boolean mixtral = config.type().equals("mixtral");
    List<String> parts =
        mixtral ? List.of("w1", "w3", "w2") : List.of("gate_proj", "up_proj", "down_proj");
    double[][] router = weights.matrix(module + "gate.weight");
    List<FeedForward> experts =
        IntStream.range(0, router.length)
            .mapToObj(
                i -> parts.stream().map(part -> module + "experts." + i + "." + part).toList())
            .map(
                names -> {
                  names.forEach(linears::declare);
                  return FeedForward.gated(
                      Activations.of(config), names.get(0), names.get(1), names.get(2), linears);
                })
            .toList();
    boolean normalised = mixtral || config.flag("norm_topk_prob", false);
    return new Experts(router, experts, config.size("num_experts_per_tok"), normalised);
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
