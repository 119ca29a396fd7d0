package dev.espalier.model.layer;

import dev.espalier.device.NativeMemory;
import dev.espalier.model.description.ScoreDescription;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Attention with a soft cap on the scores, which libtorch does not fuse: step by step as in the
 * reference library, for one text and the queries of one key at a time, so that few scores stand.
 */
record CappedAttention(ScoreDescription scores) implements AttentionScores {
  @Override
  public Tensor attend(Tensor queries, Tensor keys, Tensor values) {
    ScalarType dtype = AttentionScores.dtype(queries);
    long kvHeads = keys.size(2);
    long group = queries.size(2) / kvHeads;
    return NativeMemory.compute(
        () -> {
          Tensor hidden = AttentionScores.visible(scores, queries);
          hidden.logical_not_();
          Tensor mixed = torch.empty_like(queries.contiguous());
          for (long row = 0; row < queries.size(0); row++) {
            for (long head = 0; head < kvHeads; head++) {
              long text = row;
              long key = head;
              NativeMemory.run(
                  () -> {
                    Tensor query = queries.select(0, text).narrow(1, key * group, group);
                    Tensor weights =
                        weights(
                            query.transpose(0, 1).to(dtype),
                            keys.select(0, text).select(1, key).to(dtype),
                            hidden);
                    Tensor value = values.select(0, text).select(1, key).to(dtype);
                    mixed
                        .select(0, text)
                        .narrow(1, key * group, group)
                        .copy_(weights.matmul(value).transpose(0, 1));
                  });
            }
          }
          return mixed;
        });
  }

  /** Of queries [group, length, headDim] and keys [length, headDim]: [group, length, length]. */
  private Tensor weights(Tensor queries, Tensor keys, Tensor hidden) {
    return NativeMemory.compute(
        () -> {
          Tensor raw = queries.matmul(keys.transpose(0, 1));
          raw.mul_(new Scalar(scores.scale()));
          Activations.cap(scores.cap(), raw);
          raw.masked_fill_(hidden, new Scalar(Double.NEGATIVE_INFINITY));
          return raw.softmax(-1, new ScalarTypeOptional(ScalarType.Float))
              .to(queries.scalar_type());
        });
  }
}
