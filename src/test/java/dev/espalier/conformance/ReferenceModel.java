package dev.espalier.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * A decoder in float64, written from the text of resources/families. Sequences are full, without
 * padding, from position 0.
 */
final class ReferenceModel {
  /** OPT's table of positions begins with two rows that are for padding. */
  private static final int FIRST_POSITION = 2;

  private final ReferenceConfig config;
  private final ReferenceWeights weights;
  private final String embedding;
  private final String prefix;

  private ReferenceModel(ReferenceConfig config, ReferenceWeights weights) {
    this.config = config;
    this.weights = weights;
    this.embedding =
        weights.names().stream()
            .filter(name -> name.matches("(.*\\.)?embed_(tokens|in)\\.weight"))
            .findFirst()
            .orElseThrow();
    this.prefix = embedding.substring(0, embedding.lastIndexOf("embed_"));
  }

  static ReferenceModel read(Path folder) throws IOException {
    return new ReferenceModel(ReferenceConfig.read(folder), ReferenceWeights.read(folder));
  }

  /** The same weights under a config.json that differs in one value, or lacks it. */
  ReferenceModel with(String key, JsonNode value) {
    ObjectNode changed = config.json().deepCopy();
    changed.set(key, value);
    return new ReferenceModel(new ReferenceConfig(changed), weights);
  }

  int blocks() {
    return config.blocks();
  }

  ReferenceWeights weights() {
    return weights;
  }

  /** Tokens, [sequences][positions], to [sequences][positions][hidden]. */
  double[][][] embed(int[][] tokens) {
    double[][] table = weights.matrix(embedding);
    double scale = config.isGemma() ? Math.sqrt(config.hidden()) : 1;
    double[][][] hidden = new double[tokens.length][][];
    for (int row = 0; row < tokens.length; row++) {
      int[] ids = tokens[row];
      hidden[row] = new double[ids.length][];
      Arrays.setAll(hidden[row], i -> positioned(Vectors.scaled(table[ids[i]], scale), i));
    }
    return hidden;
  }

  private double[] positioned(double[] x, int position) {
    return config.type().equals("opt")
        ? Vectors.sum(
            x, weights.matrix(prefix + "embed_positions.weight")[position + FIRST_POSITION])
        : x;
  }

  /** Passes the residual stream through a block. */
  ReferenceBlock.Run run(int block, double[][][] hidden) {
    return ReferenceBlock.run(config, block, prefix + "layers." + block + ".", weights, hidden);
  }

  /** What the last block gave to logits, [sequences][positions][vocabulary]. */
  double[][][] logits(double[][][] hidden) {
    double[][] head = weights.matrix(head());
    Norm norm = Norm.of(config, prefix + finalNorm(), weights);
    UnaryOperator<double[]> logits =
        x -> Arrays.stream(Vectors.times(head, norm.apply(x))).map(this::capped).toArray();
    return Arrays.stream(hidden)
        .map(sequence -> Arrays.stream(sequence).map(logits).toArray(double[][]::new))
        .toArray(double[][][]::new);
  }

  private String head() {
    if (config.tied()) {
      return embedding;
    }
    return config.type().equals("gpt_neox") ? "embed_out.weight" : "lm_head.weight";
  }

  private String finalNorm() {
    return switch (config.type()) {
      case "opt", "gpt_neox" -> "final_layer_norm";
      default -> "norm";
    };
  }

  private double capped(double logit) {
    return config.has("final_logit_softcapping")
        ? Vectors.capped(logit, config.number("final_logit_softcapping", 0))
        : logit;
  }
}
