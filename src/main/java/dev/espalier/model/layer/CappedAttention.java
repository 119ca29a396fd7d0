package dev.espalier.model.layer;

import dev.espalier.device.BlasThreads;
import dev.espalier.device.NativeMemory;
import dev.espalier.model.description.ScoreDescription;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Attention with a soft cap on the scores, which libtorch does not fuse: step by step as in the
 * reference library, for {@link ScoreDescription#CAPPED_TOGETHER} queries at a time and the keys
 * that some of them see, so that few scores stand.
 */
record CappedAttention(ScoreDescription scores) implements AttentionScores {
  @Override
  public Tensor attend(Tensor queries, Tensor keys, Tensor values) {
    ScalarType dtype = AttentionScores.dtype(queries);
    long length = queries.size(1);
    return NativeMemory.compute(
        () -> {
          Tensor unseen = AttentionScores.visible(scores, queries);
          unseen.logical_not_();
          Tensor query = queries.transpose(1, 2).to(dtype);
          Tensor key = keys.transpose(1, 2).to(dtype).contiguous();
          Tensor value = values.transpose(1, 2).to(dtype).contiguous();
          Tensor mixed = torch.empty_like(queries.contiguous());
          for (long from = 0; from < length; from += ScoreDescription.CAPPED_TOGETHER) {
            long first = from;
            long count = Math.min(ScoreDescription.CAPPED_TOGETHER, length - first);
            long oldest = Math.max(0, first + 1 - scores.window());
            long seen = first + count - oldest;
            NativeMemory.run(
                () -> {
                  Supplier<Tensor> attention =
                      () ->
                          attend(
                              query.narrow(2, first, count),
                              key.narrow(2, oldest, seen),
                              value.narrow(2, oldest, seen),
                              unseen.narrow(0, first, count).narrow(1, oldest, seen));
                  Tensor part = queries.is_cpu() ? BlasThreads.single(attention) : attention.get();
                  mixed.narrow(1, first, count).copy_(part.transpose(1, 2));
                });
          }
          return mixed;
        });
  }

  /**
   * @param queries [batch, heads, count, headDim]
   * @param keys [batch, kvHeads, seen, headDim]
   * @param values as the keys
   * @param unseen [count, seen]
   * @return as the queries
   */
  private Tensor attend(Tensor queries, Tensor keys, Tensor values, Tensor unseen) {
    long batch = queries.size(0);
    long kvHeads = keys.size(1);
    return NativeMemory.compute(
        () -> {
          // The queries of one key together are one matrix.
          Tensor grouped = queries.reshape(batch, kvHeads, -1, queries.size(3));
          Tensor raw = grouped.matmul(keys.transpose(2, 3));
          raw.mul_(new Scalar(scores.scale()));
          Activations.cap(scores.cap(), raw);
          raw.view(batch, queries.size(1), queries.size(2), -1)
              .masked_fill_(unseen, new Scalar(Double.NEGATIVE_INFINITY));
          Tensor weights =
              raw.softmax(-1, new ScalarTypeOptional(ScalarType.Float)).to(queries.scalar_type());
          return weights.matmul(values).view(queries.sizes());
        });
  }
}
