package dev.espalier.checkpoint;

import java.util.function.Function;
import java.util.function.Predicate;
import org.bytedeco.pytorch.Tensor;

/**
 * The weights of a checkpoint that is being read or written.
 *
 * @param names whether the checkpoint has a tensor of a name
 * @param entries where a tensor lies in its file
 * @param tensors makes a new view of a tensor, or a copy where there can be no view
 */
public record CheckpointWeights(
    Predicate<String> names,
    Function<String, TensorEntry> entries,
    Function<String, Tensor> tensors)
    implements WeightSource {
  @Override
  public boolean contains(String name) {
    return names.test(name);
  }

  @Override
  public TensorDescription description(String name) {
    TensorEntry entry = entries.apply(name);
    return new TensorDescription(entry.dtype().scalarType(), entry.shape());
  }

  @Override
  public Tensor tensor(String name) {
    return tensors.apply(name);
  }
}
