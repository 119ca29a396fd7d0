package dev.espalier.model.layer;

import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.ScoreDescription;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The mixing of values by {@link ScoreDescription}. */
interface AttentionScores {

  /**
   * Causal attention.
   *
   * @param queries [batch, length, heads, headDim]
   * @param keys [batch, length, kvHeads, headDim]
   * @param values as the keys
   * @return as the queries, contiguous, the caller's
   */
  Tensor attend(Tensor queries, Tensor keys, Tensor values);

  static AttentionScores of(AttentionDescription attention) {
    return attention.scores().isCapped()
        ? new CappedAttention(attention.scores())
        : new FusedAttention(attention);
  }

  /** On the CPU, libtorch's attention is far slower in 16 bits than in 32. */
  static ScalarType dtype(Tensor queries) {
    return queries.is_cpu() ? ScalarType.Float : queries.scalar_type();
  }

  /** Whether a query sees a key: [length, length], bool, where the queries are. */
  static Tensor visible(ScoreDescription scores, Tensor queries) {
    long length = queries.size(1);
    TensorOptions bool = queries.options().dtype(new ScalarTypeOptional(ScalarType.Bool));
    Tensor visible = torch.ones(new long[] {length, length}, bool);
    visible.tril_();
    if (scores.isNarrowerThan(length)) {
      visible.triu_(1L - scores.window());
    }
    return visible;
  }
}
