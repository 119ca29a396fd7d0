package dev.espalier.model.layer;

import dev.espalier.device.NativeMemory;
import org.bytedeco.pytorch.Tensor;

/** An operation whose result is that of a linear: what that reads is all that there is to see. */
interface ThroughLinear extends Operation {

  /** The last of its linears. */
  Linear last();

  /**
   * What {@link #last} reads of x, in the caller's scope; shows what the linears before it read.
   */
  Tensor inner(Tensor x, InputObserver observer);

  @Override
  default Tensor forward(Tensor x, InputObserver observer) {
    return NativeMemory.compute(() -> last().apply(shown(x, observer)));
  }

  @Override
  default void observe(Tensor x, InputObserver observer) {
    NativeMemory.run(() -> shown(x, observer));
  }

  private Tensor shown(Tensor x, InputObserver observer) {
    Tensor inner = inner(x, observer);
    last().input().show(inner, observer);
    return inner;
  }
}
