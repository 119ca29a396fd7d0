package dev.espalier.pruning;

import dev.espalier.checkpoint.WeightSource;
import dev.espalier.model.DecoderBlock;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Finished blocks in memory, and the result of each: what a later run may go on from. */
final class KeptBlocks implements PrunedBlocks, AutoCloseable {
  private final BlocksInMemory blocks;
  final List<BlockResult> results = new ArrayList<>();

  KeptBlocks(WeightSource original) {
    this.blocks = new BlocksInMemory(original);
  }

  @Override
  public int finished() {
    return results.size();
  }

  @Override
  public WeightSource weights() {
    return blocks.weights();
  }

  Tensor tensor(String name) {
    return blocks.tensor(name);
  }

  @Override
  public void put(DecoderBlock block, BlockResult result) {
    blocks.put(block, result);
    results.add(result);
  }

  @Override
  public void close() {
    blocks.close();
  }
}
