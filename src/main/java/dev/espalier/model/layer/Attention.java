package dev.espalier.model.layer;

import dev.espalier.device.BlasThreads;
import dev.espalier.device.NativeMemory;
import dev.espalier.model.description.AttentionDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.TensorNames;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The attention part of a block, after its normalisation. */
public final class Attention {
  private final AttentionDescription description;
  private final RotaryTable rotary;
  private final LinearInput input;
  private final LinearInput attended;
  private final Linear query;
  private final Linear key;
  private final Linear value;
  private final Linear output;

  public Attention(DecoderDescription decoder, BlockWeights weights, RotaryTable rotary) {
    this.description = decoder.attention();
    this.rotary = rotary;
    TensorNames.AttentionNames names = decoder.names().attention();
    this.input = new LinearInput("attention", decoder.hiddenSize());
    this.query = weights.linear(names.query(), input);
    this.key = weights.linear(names.key(), input);
    this.value = weights.linear(names.value(), input);
    this.attended =
        new LinearInput("attention_output", description.heads() * description.headDim());
    this.output = weights.linear(names.output(), attended);
  }

  public List<LinearInput> inputs() {
    return List.of(input, attended);
  }

  /** [batch, length, hidden] to the same shape. */
  public Tensor forward(Tensor x, InputObserver observer) {
    input.show(x, observer);
    return NativeMemory.compute(
        () -> {
          Tensor mixed = mix(x);
          attended.show(mixed, observer);
          return output.apply(mixed);
        });
  }

  /** What the output linear reads: [batch, length, heads · headDim]. */
  private Tensor mix(Tensor x) {
    return NativeMemory.compute(
        () -> {
          Tensor queries = rotary.rotate(split(query.apply(x), description.heads()));
          Tensor keys = rotary.rotate(split(key.apply(x), description.kvHeads()));
          Tensor values = split(value.apply(x), description.kvHeads());
          return attend(queries, keys, values).view(x.size(0), x.size(1), attended.features());
        });
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
