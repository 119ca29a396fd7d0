package dev.espalier.model.layer;

import dev.espalier.device.BlasThreads;
import dev.espalier.device.NativeMemory;
import dev.espalier.model.description.AttentionDescription;
import java.util.function.Supplier;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Runs {@link AttentionDescription}. */
final class Attention implements Operation {
  private final AttentionDescription description;
  private final RotaryTable rotary;
  private final Linear query;
  private final Linear key;
  private final Linear value;
  private final Linear output;

  Attention(AttentionDescription description, BlockWeights weights, RotaryTables rotary) {
    this.description = description;
    this.rotary = rotary.of(description.rotary());
    this.query = weights.linear(description.query());
    this.key = weights.linear(description.key());
    this.value = weights.linear(description.value());
    this.output = weights.linear(description.output());
  }

  @Override
  public Tensor forward(Tensor x, InputObserver observer) {
    return NativeMemory.compute(() -> output.apply(mix(x, observer)));
  }

  @Override
  public void observe(Tensor x, InputObserver observer) {
    NativeMemory.run(() -> mix(x, observer));
  }

  /** What the output linear reads: [batch, length, heads · headDim]. */
  private Tensor mix(Tensor x, InputObserver observer) {
    query.input().show(x, observer);
    Tensor mixed =
        NativeMemory.compute(
            () -> {
              Tensor queries = rotary.rotate(split(query.apply(x), description.heads()));
              Tensor keys = rotary.rotate(split(key.apply(x), description.kvHeads()));
              Tensor values = split(value.apply(x), description.kvHeads());
              return attend(queries, keys, values)
                  .view(x.size(0), x.size(1), output.input().features());
            });
    output.input().show(mixed, observer);
    return mixed;
  }

  /** Three tensors [batch, length, heads, headDim] to one like the queries. */
  private Tensor attend(Tensor queries, Tensor keys, Tensor values) {
    // On the CPU, libtorch's attention is far slower in 16 bits than in 32.
    ScalarType dtype = queries.is_cpu() ? ScalarType.Float : queries.scalar_type();
    Supplier<Tensor> attention =
        () -> {
          boolean causal = true;
          boolean grouped = description.heads() != description.kvHeads();
          return torch.scaled_dot_product_attention(
              queries.transpose(1, 2).to(dtype),
              keys.transpose(1, 2).to(dtype),
              values.transpose(1, 2).to(dtype),
              new TensorOptional(),
              0.0,
              causal,
              new DoubleOptional(),
              grouped);
        };
    return NativeMemory.compute(
        () -> {
          Tensor mixed = queries.is_cpu() ? BlasThreads.single(attention) : attention.get();
          return mixed.transpose(1, 2).to(queries.scalar_type()).contiguous();
        });
  }

  /** [batch, length, heads · headDim] to [batch, length, heads, headDim]. */
  private Tensor split(Tensor x, int heads) {
    return x.view(x.size(0), x.size(1), heads, description.headDim());
  }
}
