package dev.espalier.model.layer;

import dev.espalier.device.NativeMemory;
import dev.espalier.model.description.Activation;
import dev.espalier.model.description.GateUpDescription;
import dev.espalier.model.description.GatedMlpDescription;
import org.bytedeco.pytorch.Tensor;

/** Runs {@link GatedMlpDescription}. */
final class GatedMlp implements ThroughLinear {
  private final Activation activation;
  private final GateUp gateUp;
  private final Linear down;

  GatedMlp(GatedMlpDescription description, BlockWeights weights) {
    this.activation = description.activation();
    this.gateUp = GateUp.of(description.gateUp(), weights);
    this.down = weights.linear(description.down());
  }

  @Override
  public Linear last() {
    return down;
  }

  /** [batch, length, intermediate]. */
  @Override
  public Tensor inner(Tensor x, InputObserver observer) {
    gateUp.input().show(x, observer);
    return gateUp.apply(x, activation);
  }

  /** What {@link GateUpDescription} describes, with its weights in memory. */
  private interface GateUp {

    LinearInput input();

    /** activation(gate(x)) · up(x), contiguous. */
    Tensor apply(Tensor x, Activation activation);

    static GateUp of(GateUpDescription description, BlockWeights weights) {
      if (description instanceof GateUpDescription.Separate separate) {
        return new Apart(weights.linear(separate.gate()), weights.linear(separate.up()));
      }
      GateUpDescription.Fused fused = (GateUpDescription.Fused) description;
      return new Fused(weights.linear(fused.linear()));
    }
  }

  private record Apart(Linear gate, Linear up) implements GateUp {
    @Override
    public LinearInput input() {
      return gate.input();
    }

    @Override
    public Tensor apply(Tensor x, Activation activation) {
      return NativeMemory.compute(
          () -> {
            Tensor inner = gate.apply(x);
            Activations.apply(activation, inner);
            inner.mul_(up.apply(x));
            return inner;
          });
    }
  }

  private record Fused(Linear linear) implements GateUp {
    @Override
    public LinearInput input() {
      return linear.input();
    }

    @Override
    public Tensor apply(Tensor x, Activation activation) {
      return NativeMemory.compute(
          () -> {
            Tensor both = linear.apply(x);
            long half = both.size(-1) / 2;
            Tensor inner = both.narrow(-1, 0, half).contiguous();
            Activations.apply(activation, inner);
            inner.mul_(both.narrow(-1, half, half));
            return inner;
          });
    }
  }
}
