package dev.espalier.conformance;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A block on the residual stream of one sequence, [positions][hidden] to the same. */
final class ReferenceBlock {
  private final ReferenceConfig config;
  private final String prefix;
  private final ReferenceWeights weights;
  private final ReferenceAttention attention;
  private final FeedForward feedForward;

  /**
   * What came of a block.
   *
   * @param outputs [sequences][positions][hidden]
   * @param inputs the rows that each linear has read, by the name of its weight
   */
  record Run(double[][][] outputs, Map<String, List<double[]>> inputs) {}

  private ReferenceBlock(
      ReferenceConfig config,
      int index,
      String prefix,
      ReferenceWeights weights,
      ObservedLinears linears) {
    String module = config.type().equals("gpt_neox") ? "attention." : "self_attn.";
    this.config = config;
    this.prefix = prefix;
    this.weights = weights;
    this.attention = new ReferenceAttention(config, index, prefix + module, weights, linears);
    this.feedForward = FeedForward.of(config, prefix, weights, linears);
  }

  /**
   * Passes sequences through it.
   *
   * @param prefix what the names of its tensors begin with, up to a dot
   */
  static Run run(
      ReferenceConfig config,
      int index,
      String prefix,
      ReferenceWeights weights,
      double[][][] sequences) {
    ObservedLinears linears = new ObservedLinears(weights);
    ReferenceBlock block = new ReferenceBlock(config, index, prefix, weights, linears);
    double[][][] outputs = Arrays.stream(sequences).map(block::apply).toArray(double[][][]::new);
    return new Run(outputs, linears.inputs());
  }

  private double[][] apply(double[][] x) {
    return switch (config.type()) {
      case "opt" -> inTurn(x, "self_attn_layer_norm", "final_layer_norm");
      case "gpt_neox" -> parallel(x);
      case "gemma2", "gemma3_text" -> {
        double[][] y =
            plus(x, norm("post_attention_layernorm", attend(norm("input_layernorm", x))));
        double[][] inner = feedForward(norm("pre_feedforward_layernorm", y));
        yield plus(y, norm("post_feedforward_layernorm", inner));
      }
      case "olmo2" -> {
        double[][] y = plus(x, norm("post_attention_layernorm", attend(x)));
        yield plus(y, norm("post_feedforward_layernorm", feedForward(y)));
      }
      default -> inTurn(x, "input_layernorm", "post_attention_layernorm");
    };
  }

  private double[][] inTurn(double[][] x, String first, String second) {
    double[][] y = plus(x, attend(norm(first, x)));
    return plus(y, feedForward(norm(second, y)));
  }

  private double[][] parallel(double[][] x) {
    if (!config.flag("use_parallel_residual", true)) {
      return inTurn(x, "input_layernorm", "post_attention_layernorm");
    }
    double[][] attended = attend(norm("input_layernorm", x));
    return plus(plus(x, attended), feedForward(norm("post_attention_layernorm", x)));
  }

  private double[][] attend(double[][] x) {
    return attention.apply(x);
  }

  private double[][] feedForward(double[][] x) {
    return each(x, feedForward::apply);
  }

  private double[][] norm(String module, double[][] x) {
    return each(x, Norm.of(config, prefix + module, weights)::apply);
  }

  private static double[][] each(double[][] x, UnaryOperator<double[]> change) {
    return Arrays.stream(x).map(change).toArray(double[][]::new);
  }

  private static double[][] plus(double[][] a, double[][] b) {
    double[][] sum = new double[a.length][];
    Arrays.setAll(sum, i -> Vectors.sum(a[i], b[i]));
    return sum;
  }
}
