package dev.espalier.model.layer;

import dev.espalier.checkpoint.WeightSource;
import dev.espalier.device.CopyStream;
import dev.espalier.device.NativeMemory;
import dev.espalier.device.Placement;
import dev.espalier.model.description.BlockDescription;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.model.description.NormDescription;
import dev.espalier.model.description.TensorShape;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * The tensors of one block as its description lists them, copied from the checkpoint to where the
 * model computes, and the linears made of them.
 */
public final class BlockWeights implements AutoCloseable {
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, LinearInput> inputs = new LinkedHashMap<>();
  private final Map<String, Linear> linears = new LinkedHashMap<>();

  private BlockWeights() {}

  /**
   * Loads a block. Close the result; if loading fails, nothing is left.
   *
   * @param source has all tensors of the block, in their shapes
   */
  public static BlockWeights load(
      BlockDescription block, WeightSource source, Placement placement) {
    BlockWeights weights = new BlockWeights();
    try {
      for (TensorShape tensor : block.tensors()) {
        weights.load(tensor.name(), source, placement);
      }
      block.linears().forEach(weights::add);
      return weights;
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }

  private void load(String name, WeightSource source, Placement placement) {
    Tensor copy = NativeMemory.own(() -> placement.copy(source.tensor(name)));
    CopyStream.handOver(copy);
    tensors.put(name, copy);
  }

  private void add(LinearDescription linear) {
    LinearInput input =
        inputs.computeIfAbsent(linear.input(), name -> new LinearInput(name, linear.inFeatures()));
    Tensor bias = linear.biasName() == null ? null : listed(tensors, linear.biasName());
    Tensor weight = listed(tensors, linear.name());
    linears.put(linear.name(), new Linear(linear.name(), input, weight, bias));
  }

  private static <T> T listed(Map<String, T> all, String name) {
    T found = all.get(name);
    if (found == null) {
      throw new IllegalStateException("The block's description does not list " + name);
    }
    return found;
  }

  /** What its linears read, in the order in which it is computed. */
  public Collection<LinearInput> inputs() {
    return Collections.unmodifiableCollection(inputs.values());
  }

  /** Its linears in the order in which they run. */
  public Collection<Linear> linears() {
    return Collections.unmodifiableCollection(linears.values());
  }

  /** The normalisation with its weight, which stays this object's. */
  public Norm norm(NormDescription norm) {
    return Norm.of(norm, name -> listed(tensors, name));
  }

  Linear linear(LinearDescription linear) {
    return listed(linears, linear.name());
  }

  /** Frees the tensors. */
  @Override
  public void close() {
    tensors.values().forEach(Tensor::close);
    tensors.clear();
  }
}
