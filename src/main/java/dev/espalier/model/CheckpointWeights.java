package dev.espalier.model;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.bytedeco.pytorch.Tensor;

/**
 * The weights of a checkpoint that is being read or written. Keeps the views it hands out, which
 * are small, until it is closed. Safe for use by several threads.
 */
public final class CheckpointWeights implements WeightSource, AutoCloseable {
  private final Predicate<String> contains;
  private final Function<String, Tensor> views;
  private final Map<String, Tensor> kept = new ConcurrentHashMap<>();

  /**
   * @param contains whether the checkpoint has a tensor of a name
   * @param views makes a new view of a tensor
   */
  public CheckpointWeights(Predicate<String> contains, Function<String, Tensor> views) {
    this.contains = contains;
    this.views = views;
  }

  @Override
  public boolean contains(String name) {
    return contains.test(name);
  }

  @Override
  public Tensor tensor(String name) {
    return kept.computeIfAbsent(name, n -> NativeMemory.own(() -> views.apply(n)));
  }

  @Override
  public void close() {
    kept.values().forEach(Tensor::close);
    kept.clear();
  }
}
