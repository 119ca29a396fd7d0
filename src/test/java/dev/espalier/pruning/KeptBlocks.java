package dev.espalier.pruning;

import dev.espalier.checkpoint.TensorEntry;
import dev.espalier.checkpoint.WeightSource;
import dev.espalier.device.NativeMemory;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.layer.Linear;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * Finished blocks in memory, in the dtype of the checkpoint; may stop, as a run that is interrupted
 * does, and then serve as what that run has left.
 */
final class KeptBlocks implements PrunedBlocks, WeightSource, AutoCloseable {
  static final class Interrupted extends RuntimeException {}

  private final WeightSource original;
  private final Map<String, Tensor> weights = new HashMap<>();
  final List<BlockResult> results = new ArrayList<>();
  private int stopAfter = Integer.MAX_VALUE;

  KeptBlocks(WeightSource original) {
    this.original = original;
  }

  /** The run ends once so many blocks are finished. */
  KeptBlocks stopAfter(int blocks) {
    this.stopAfter = blocks;
    return this;
  }

  @Override
  public int finished() {
    return results.size();
  }

  @Override
  public WeightSource weights() {
    return this;
  }

  @Override
  public void put(DecoderBlock block, BlockResult result) {
    results.add(result);
    for (Linear linear : block.linears()) {
      var dtype = original.entry(linear.name()).dtype().scalarType();
      weights.put(linear.name(), NativeMemory.own(() -> linear.weight().clone().to(dtype)));
    }
    if (results.size() == stopAfter) {
      throw new Interrupted();
    }
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
    Tensor kept = weights.get(name);
    return kept != null ? kept.alias() : original.tensor(name);
  }

  @Override
  public void close() {
    weights.values().forEach(Tensor::close);
  }
}
