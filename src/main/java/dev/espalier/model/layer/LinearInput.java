package dev.espalier.model.layer;

import dev.espalier.device.NativeMemory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * An activation inside a block that one or more linears read. Linears that share an input share its
 * statistics. Compared by identity: equal inputs of two blocks are two inputs.
 */
public final class LinearInput {
  private final String name;
  private final int features;
  private final List<Linear> readers = new ArrayList<>();

  LinearInput(String name, int features) {
    this.name = name;
    this.features = features;
  }

  /** What it is within its block, such as {@code attention} or {@code mlp_output}. */
  public String name() {
    return name;
  }

  /** Its number of features, which are the columns of its readers' weights. */
  public int features() {
    return features;
  }

  /** The linears that read it, in the block's order. */
  public List<Linear> readers() {
    return Collections.unmodifiableList(readers);
  }

  void addReader(Linear linear) {
    readers.add(linear);
  }

  /** Shows x, [batch, length, features], to the observer. */
  void show(Tensor x, InputObserver observer) {
    NativeMemory.run(
        () -> {
          Tensor tokens = x.view(-1, features);
          NativeMemory.callOut(() -> observer.onInput(this, tokens));
        });
  }

  @Override
  public String toString() {
    return name;
  }
}
