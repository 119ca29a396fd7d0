package dev.espalier.pruning;

import dev.espalier.checkpoint.TensorEntry;
import dev.espalier.checkpoint.WeightSource;
import dev.espalier.device.NativeMemory;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.layer.Linear;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Finished blocks in memory, in the dtype of the checkpoint: a pruned model that is only to be
 * measured. All of its prunable weights must fit.
 */
public final class BlocksInMemory implements PrunedBlocks, WeightSource, AutoCloseable {
  private final WeightSource original;
  private final Map<String, Tensor> weights = new HashMap<>();

  /**
   * @param original has all other tensors; stays the caller's
   */
  public BlocksInMemory(WeightSource original) {
    this.original = original;
  }

  /** How much of the host's memory a model's linears take. */
  public static long bytes(DecoderModel model) {
    return IntStream.range(0, model.blockCount()).mapToLong(block -> bytes(model, block)).sum();
  }

  static long bytes(DecoderModel model, int block) {
    return model.description().linears(block).stream()
        .mapToLong(linear -> model.weights().entry(linear.name()).bytes())
        .sum();
  }

  @Override
  public int finished() {
    return 0;
  }

  @Override
  public WeightSource weights() {
    return this;
  }

  @Override
  public void put(DecoderBlock block, BlockResult result) {
    for (Linear linear : block.linears()) {
      var dtype = original.entry(linear.name()).dtype().scalarType();
      weights.put(linear.name(), NativeMemory.own(() -> linear.weight().cpu().to(dtype).clone()));
    }
  }

  @Override
  public Set<String> names() {
    return original.names();
  }

  @Override
  public boolean contains(String name) {
    return original.contains(name);
  }

  @Override
  public TensorEntry entry(String name) {
    return original.entry(name);
  }

  @Override
  public Tensor tensor(String name) {
    Tensor pruned = weights.get(name);
    return pruned != null ? pruned.alias() : original.tensor(name);
  }

  @Override
  public void close() {
    weights.values().forEach(Tensor::close);
    weights.clear();
  }
}
