package dev.espalier.model.layer;

import dev.espalier.device.BlasThreads;
import dev.espalier.device.NativeMemory;
import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.ScoreDescription;
import java.util.function.Supplier;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Attention as libtorch fuses it: causal, or by a mask where a window is shorter than the text. */
final class FusedAttention implements AttentionScores {
  private final ScoreDescription scores;
  private final boolean usualScale;
  private final int group;

  FusedAttention(AttentionDescription attention) {
    this.scores = attention.scores();
    this.usualScale = scores.scale() == 1 / Math.sqrt(attention.headDim());
    this.group = attention.heads() / attention.kvHeads();
  }

  @Override
  public Tensor attend(Tensor queries, Tensor keys, Tensor values) {
    ScalarType dtype = AttentionScores.dtype(queries);
    boolean masked = scores.isNarrowerThan(queries.size(1));
    Supplier<Tensor> attention =
        () ->
            torch.scaled_dot_product_attention(
                queries.transpose(1, 2).to(dtype),
                masked ? repeated(keys, dtype) : keys.transpose(1, 2).to(dtype),
                masked ? repeated(values, dtype) : values.transpose(1, 2).to(dtype),
                masked
                    ? new TensorOptional(AttentionScores.visible(scores, queries))
                    : new TensorOptional(),
                0.0,
                !masked,
                usualScale ? new DoubleOptional() : new DoubleOptional(scores.scale()),
                !masked && group > 1);
    return NativeMemory.compute(
        () -> {
          Tensor mixed = queries.is_cpu() ? BlasThreads.single(attention) : attention.get();
          return mixed.transpose(1, 2).to(queries.scalar_type()).contiguous();
        });
  }

  /** A copy for each query: what takes a mask and fuses takes no groups. */
  private Tensor repeated(Tensor keys, ScalarType dtype) {
    Tensor each = keys.transpose(1, 2).to(dtype);
    return group == 1
        ? each
        : each.repeat_interleave(group, new LongOptional(1), new LongOptional());
  }
}
