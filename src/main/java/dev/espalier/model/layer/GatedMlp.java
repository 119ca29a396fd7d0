package dev.espalier.model.layer;

import dev.espalier.device.NativeMemory;
import dev.espalier.model.description.Activation;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.TensorNames;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** The feed-forward part of a block, after its normalisation, in two steps. */
public final class GatedMlp {
  private final Activation activation;
  private final LinearInput input;
  private final LinearInput gated;
  private final Linear gate;
  private final Linear up;
  private final Linear down;

  public GatedMlp(DecoderDescription decoder, BlockWeights weights) {
    this.activation = decoder.mlp().activation();
    TensorNames.MlpNames names = decoder.names().mlp();
    this.input = new LinearInput("mlp", decoder.hiddenSize());
    this.gate = weights.linear(names.gate(), input);
    this.up = weights.linear(names.up(), input);
    this.gated = new LinearInput("mlp_output", decoder.mlp().intermediateSize());
    this.down = weights.linear(names.down(), gated);
  }

  public List<LinearInput> inputs() {
    return List.of(input, gated);
  }

  /** [batch, length, hidden] to what the down linear reads: [batch, length, intermediate]. */
  public Tensor expand(Tensor x, InputObserver observer) {
    input.show(x, observer);
    return NativeMemory.compute(
        () -> {
          Tensor inner = gate.apply(x);
          activation.applyInPlace(inner);
          inner.mul_(up.apply(x));
          gated.show(inner, observer);
          return inner;
        });
  }

  /** The result of {@link #expand} to [batch, length, hidden]. */
  public Tensor contract(Tensor inner) {
    return down.apply(inner);
  }
}
