package dev.espalier.run;

import dev.espalier.forward.MemoryBeside;
import dev.espalier.model.description.BlockDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.pruning.PruningMethod;
import dev.espalier.statistics.BlockStatistics;
import dev.espalier.statistics.InputStatistics;

/** What pruning takes of the device beside the windows' way through the model. */
final class MemoryPlan {
  /** Blocks with statistics: where a model is pruned several times, the first block's are kept. */
  private static final int FIRST_AND_CURRENT = 2;

  private MemoryPlan() {}

  /** What the largest block and the largest linear take, whatever is kept of the first block. */
  static MemoryBeside pruning(DecoderDescription model, PruningMethod method) {
    InputStatistics.Kind kind = method.statistics();
    long statistics = 0;
    long pruning = 0;
    for (BlockDescription block : model.blocks()) {
      statistics = Math.max(statistics, BlockStatistics.bytes(block, kind));
      pruning =
          Math.max(pruning, block.linears().stream().mapToLong(method::bytes).max().orElse(0));
    }
    return new MemoryBeside(FIRST_AND_CURRENT * statistics, pruning);
  }
}
