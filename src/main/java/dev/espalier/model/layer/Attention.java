package dev.espalier.model.layer;

import dev.espalier.device.NativeMemory;
import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.HeadNorms;
import org.bytedeco.pytorch.Tensor;

/** Runs {@link AttentionDescription}. */
final class Attention implements ThroughLinear {
  private final RotaryTable rotary;
  private final Qkv qkv;
  private final HeadNorm queryNorm;
  private final HeadNorm keyNorm;
  private final AttentionScores scores;
  private final Linear output;

  Attention(AttentionDescription description, BlockWeights weights, RotaryTables rotary) {
    this.rotary = description.rotary() == null ? null : rotary.of(description.rotary());
    this.qkv = Qkv.of(description, weights);
    HeadNorms norms = description.norms();
    this.queryNorm = norms == null ? HeadNorm.NONE : HeadNorm.of(norms.query(), weights);
    this.keyNorm = norms == null ? HeadNorm.NONE : HeadNorm.of(norms.key(), weights);
    this.scores = AttentionScores.of(description);
    this.output = weights.linear(description.output());
  }

  @Override
  public Linear last() {
    return output;
  }

  /** [batch, length, heads · headDim]. */
  @Override
  public Tensor inner(Tensor x, InputObserver observer) {
    qkv.input().show(x, observer);
    return NativeMemory.compute(
        () -> {
          Qkv.Heads heads = qkv.apply(x);
          Tensor queries = placed(queryNorm.apply(heads.query()));
          Tensor keys = placed(keyNorm.apply(heads.key()));
          return scores
              .attend(queries, keys, heads.value())
              .view(x.size(0), x.size(1), output.input().features());
        });
  }

  private Tensor placed(Tensor heads) {
    return rotary == null ? heads : rotary.rotate(heads);
  }
}
