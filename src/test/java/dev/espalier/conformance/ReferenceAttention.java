package dev.espalier.conformance;

import java.util.Arrays;

/** Causal self-attention of a block on one sequence: query by query, head by head. */
final class ReferenceAttention {
  private final ReferenceConfig config;
  private final int block;
  private final String module;
  private final ReferenceWeights weights;
  private final ObservedLinears linears;

  /**
   * A token's heads, [heads][features] each.
   *
   * @param keys fewer than queries where several of these share one
   */
  private record Heads(double[][] queries, double[][] keys, double[][] values) {}

  /**
   * @param module what the names of its tensors begin with, up to a dot
   */
  ReferenceAttention(
      ReferenceConfig config,
      int block,
      String module,
      ReferenceWeights weights,
      ObservedLinears linears) {
    this.config = config;
    this.block = block;
    this.module = module;
    this.weights = weights;
    this.linears = linears;
  }

  double[][] apply(double[][] x) {
    Heads[] heads = Arrays.stream(x).map(this::project).toArray(Heads[]::new);
    if (!config.type().equals("opt")) {
      Rotary rotary = Rotary.of(config, block, x.length);
      Arrays.setAll(heads, position -> turned(heads[position], rotary, position));
    }
    double[][] outputs = new double[x.length][];
    Arrays.setAll(outputs, position -> linears.apply(module + output(), mix(heads, position)));
    return outputs;
  }

  private String output() {
    return switch (config.type()) {
      case "opt" -> "out_proj";
      case "gpt_neox" -> "dense";
      default -> "o_proj";
    };
  }

  private Heads project(double[] x) {
    int heads = config.heads();
    int kvHeads = config.kvHeads();
    switch (config.type()) {
      case "phi3" -> {
        double[][] all = heads(linears.apply(module + "qkv_proj", x));
        return new Heads(
            Arrays.copyOf(all, heads),
            Arrays.copyOfRange(all, heads, heads + kvHeads),
            Arrays.copyOfRange(all, heads + kvHeads, heads + 2 * kvHeads));
      }
      case "gpt_neox" -> {
        double[][] all = heads(linears.apply(module + "query_key_value", x));
        return new Heads(everyThird(all, 0), everyThird(all, 1), everyThird(all, 2));
      }
      default -> {
        return new Heads(
            normed("q_norm", linears.apply(module + "q_proj", x)),
            normed("k_norm", linears.apply(module + "k_proj", x)),
            heads(linears.apply(module + "v_proj", x)));
      }
    }
  }

  /** Queries or keys as heads, normalised if the family does that: all together, or each. */
  private double[][] normed(String norm, double[] row) {
    if (!weights.has(module + norm + ".weight")) {
      return heads(row);
    }
    Norm normal = Norm.of(config, module + norm, weights);
    return config.type().equals("olmo2")
        ? heads(normal.apply(row))
        : Arrays.stream(heads(row)).map(normal::apply).toArray(double[][]::new);
  }

  private double[][] heads(double[] row) {
    int features = config.headDim();
    double[][] heads = new double[row.length / features][];
    Arrays.setAll(heads, i -> Arrays.copyOfRange(row, i * features, (i + 1) * features));
    return heads;
  }

  private static double[][] everyThird(double[][] all, int first) {
    double[][] some = new double[all.length / 3][];
    Arrays.setAll(some, i -> all[3 * i + first]);
    return some;
  }

  private static Heads turned(Heads heads, Rotary rotary, int position) {
    return new Heads(
        Arrays.stream(heads.queries).map(q -> rotary.turn(q, position)).toArray(double[][]::new),
        Arrays.stream(heads.keys).map(k -> rotary.turn(k, position)).toArray(double[][]::new),
        heads.values);
  }

  /** What the output linear reads at a position: all heads' weighted values side by side. */
  private double[] mix(Heads[] heads, int position) {
    int features = config.headDim();
    double[] mixed = new double[config.heads() * features];
    int first = Math.max(0, position - config.window(block) + 1);
    for (int h = 0; h < config.heads(); h++) {
      int shared = h / (config.heads() / config.kvHeads());
      double[] scores = new double[position - first + 1];
      double[] query = heads[position].queries[h];
      Arrays.setAll(scores, j -> score(query, heads[first + j].keys[shared]));
      double[] shares = Vectors.softmax(scores);
      for (int j = 0; j < shares.length; j++) {
        for (int i = 0; i < features; i++) {
          mixed[h * features + i] += shares[j] * heads[first + j].values[shared][i];
        }
      }
    }
    return mixed;
  }

  private double score(double[] query, double[] key) {
    double scale = config.number("query_pre_attn_scalar", config.headDim());
    double score = Vectors.dot(query, key) / Math.sqrt(scale);
    return config.has("attn_logit_softcapping")
        ? Vectors.capped(score, config.number("attn_logit_softcapping", 0))
        : score;
  }
}
