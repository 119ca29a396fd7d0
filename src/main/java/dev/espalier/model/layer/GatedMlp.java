package dev.espalier.model.layer;

import dev.espalier.device.NativeMemory;
import dev.espalier.model.description.Activation;
import dev.espalier.model.description.GatedMlpDescription;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Runs {@link GatedMlpDescription}. */
final class GatedMlp implements Operation {
  private final Activation activation;
  private final Linear gate;
  private final Linear up;
  private final Linear down;

  GatedMlp(GatedMlpDescription description, BlockWeights weights) {
    this.activation = description.activation();
    this.gate = weights.linear(description.gate());
    this.up = weights.linear(description.up());
    this.down = weights.linear(description.down());
  }

  @Override
  public Tensor forward(Tensor x, InputObserver observer) {
    return NativeMemory.compute(() -> down.apply(expand(x, observer)));
  }

  @Override
  public void observe(Tensor x, InputObserver observer) {
    NativeMemory.run(() -> expand(x, observer));
  }

  /** What the down linear reads: [batch, length, intermediate]. */
  private Tensor expand(Tensor x, InputObserver observer) {
    gate.input().show(x, observer);
    return NativeMemory.compute(
        () -> {
          Tensor inner = gate.apply(x);
          activate(inner);
          inner.mul_(up.apply(x));
          down.input().show(inner, observer);
          return inner;
        });
  }

  /** In place. */
  private Tensor activate(Tensor x) {
    return switch (activation) {
      case SILU -> torch.silu_(x);
    };
  }
}
