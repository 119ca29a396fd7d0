package dev.espalier.model.layer;

import dev.espalier.device.NativeMemory;
import dev.espalier.model.description.Activation;
import dev.espalier.model.description.PlainMlpDescription;
import org.bytedeco.pytorch.Tensor;

/** Runs {@link PlainMlpDescription}. */
final class PlainMlp implements ThroughLinear {
  private final Activation activation;
  private final Linear up;
  private final Linear down;

  PlainMlp(PlainMlpDescription description, BlockWeights weights) {
    this.activation = description.activation();
    this.up = weights.linear(description.up());
    this.down = weights.linear(description.down());
  }

  @Override
  public Linear last() {
    return down;
  }

  /** [batch, length, intermediate]. */
  @Override
  public Tensor inner(Tensor x, InputObserver observer) {
    up.input().show(x, observer);
    return NativeMemory.compute(
        () -> {
          Tensor inner = up.apply(x);
          Activations.apply(activation, inner);
          return inner;
        });
  }
}
