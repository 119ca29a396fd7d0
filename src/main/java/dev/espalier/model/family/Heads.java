package dev.espalier.model.family;

import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.HeadNorms;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.model.description.NormDescription;
import dev.espalier.model.description.NormKind;
import dev.espalier.model.description.QkvDescription;
import dev.espalier.model.description.RotaryDescription;
import dev.espalier.model.description.ScoreDescription;

/** The heads of attention, and what most families make of them. */
record Heads(int count, int kvCount, int dim, int hidden) {
  private static final String INPUT = "attention";

  /** Whose {@code head_dim} follows from the hidden size where it is not given. */
  static Heads read(ConfigReader config, int hidden) {
    int count = config.size("num_attention_heads");
    if (!config.has("head_dim")) {
      requireWhole(config, hidden, count);
    }
    return read(config, hidden, hidden / count);
  }

  static Heads read(ConfigReader config, int hidden, int usualDim) {
    int count = config.size("num_attention_heads");
    int kvCount = config.size("num_key_value_heads", count);
    if (count % kvCount != 0) {
      throw config.wrong(
          "num_key_value_heads", "a divisor of \"num_attention_heads\" (%d)".formatted(count));
    }
    int dim = config.size("head_dim", usualDim);
    if (dim % 2 != 0) {
      throw config.wrong(
          config.has("head_dim") ? "head_dim" : "hidden_size",
          "such that a head has an even number of features, not %d".formatted(dim));
    }
    return new Heads(count, kvCount, dim, hidden);
  }

  /** Heads that have keys and values of their own and share the hidden size. */
  static Heads even(ConfigReader config, int hidden) {
    int count = config.size("num_attention_heads");
    requireWhole(config, hidden, count);
    return new Heads(count, count, hidden / count, hidden);
  }

  private static void requireWhole(ConfigReader config, int hidden, int count) {
    if (hidden % count != 0) {
      throw config.wrong(
          "hidden_size",
          "a multiple of \"num_attention_heads\" (%d) where \"head_dim\" is not given"
              .formatted(count));
    }
  }

  ScoreDescription scores() {
    return ScoreDescription.usual(dim);
  }

  QkvDescription separate(String module, boolean bias) {
    return new QkvDescription.Separate(
        linear(module + "q_proj", count, bias),
        linear(module + "k_proj", kvCount, bias),
        linear(module + "v_proj", kvCount, bias));
  }

  QkvDescription fused(String module, boolean bias, QkvDescription.Rows rows) {
    return new QkvDescription.Fused(linear(module, count + 2 * kvCount, bias), rows);
  }

  private LinearDescription linear(String module, int heads, boolean bias) {
    return LinearDescription.ofModule(module, INPUT, heads * dim, hidden, bias);
  }

  LinearDescription output(String module, boolean bias) {
    return LinearDescription.ofModule(module, "attention_output", hidden, count * dim, bias);
  }

  /** Of each head by itself. */
  HeadNorms norms(NormKind kind, String module, double epsilon) {
    return new HeadNorms(
        NormDescription.rms(kind, module + "q_norm", dim, epsilon),
        NormDescription.rms(kind, module + "k_norm", dim, epsilon));
  }

  /** Of all heads together. */
  HeadNorms normsOfAll(NormKind kind, String module, double epsilon) {
    return new HeadNorms(
        NormDescription.rms(kind, module + "q_norm", count * dim, epsilon),
        NormDescription.rms(kind, module + "k_norm", kvCount * dim, epsilon));
  }

  /** With a linear each for queries, keys, values and output, called as LLaMA's. */
  AttentionDescription attention(
      String module,
      Biases biases,
      HeadNorms norms,
      RotaryDescription rotary,
      ScoreDescription scores) {
    return new AttentionDescription(
        count,
        kvCount,
        dim,
        separate(module, biases.inputs()),
        norms,
        rotary,
        scores,
        output(module + "o_proj", biases.output()));
  }

  /** Which linears of attention have one. */
  record Biases(boolean inputs, boolean output) {
    static Biases all(boolean present) {
      return new Biases(present, present);
    }
  }
}
