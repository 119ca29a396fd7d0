package dev.espalier.statistics;

import dev.espalier.forward.HiddenStates;
import dev.espalier.model.DecoderBlock;
import java.util.function.Consumer;

/**
 * For several prunings of one model by one method with the same windows: nothing is pruned before
 * the first block, so its statistics are the same in all of them, and SparseGPT's factors, too.
 */
public final class FirstBlockOnce implements StatisticsSource, AutoCloseable {
  private BlockStatistics first;

  @Override
  public boolean holds(int block) {
    return block == 0 && first != null;
  }

  @Override
  public boolean keepsFirst() {
    return true;
  }

  @Override
  public void lend(
      DecoderBlock block,
      HiddenStates hidden,
      InputStatistics.Kind kind,
      Consumer<BlockStatistics> pruning) {
    if (block.index() > 0) {
      GATHERED.lend(block, hidden, kind, pruning);
      return;
    }
    if (first == null) {
      first = BlockStatistics.collect(block, hidden, kind);
    }
    pruning.accept(first);
  }

  @Override
  public void close() {
    if (first != null) {
      first.close();
    }
  }
}
