package dev.espalier.statistics;

import dev.espalier.forward.HiddenStates;
import dev.espalier.model.DecoderBlock;
import java.util.function.Consumer;

/** Lends the statistics of a block's inputs to its pruning. */
public interface StatisticsSource {
  /** Gathers them anew for every block. */
  StatisticsSource GATHERED =
      new StatisticsSource() {
        @Override
        public boolean holds(int block) {
          return false;
        }

        @Override
        public boolean keepsFirst() {
          return false;
        }

        @Override
        public void lend(
            DecoderBlock block,
            HiddenStates hidden,
            InputStatistics.Kind kind,
            Consumer<BlockStatistics> pruning) {
          try (BlockStatistics statistics = BlockStatistics.collect(block, hidden, kind)) {
            pruning.accept(statistics);
          }
        }
      };

  /** Whether no window need pass through that block for its statistics. */
  boolean holds(int block);

  /** Whether the first block's statistics stay in memory beside those of others. */
  boolean keepsFirst();

  /**
   * @param block with its dense weights
   * @param hidden the block's inputs
   * @param pruning may use the statistics during the call only
   */
  void lend(
      DecoderBlock block,
      HiddenStates hidden,
      InputStatistics.Kind kind,
      Consumer<BlockStatistics> pruning);
}
