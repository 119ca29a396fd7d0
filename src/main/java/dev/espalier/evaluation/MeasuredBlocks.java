package dev.espalier.evaluation;

import dev.espalier.checkpoint.WeightSource;
import dev.espalier.model.DecoderBlock;
import dev.espalier.pruning.BlockResult;
import dev.espalier.pruning.PrunedBlocks;
import java.util.List;

/** Measures finished blocks instead of storing them: what another choice would have given. */
public record MeasuredBlocks(List<PerplexityMeter> meters) implements PrunedBlocks {
  @Override
  public int finished() {
    return 0;
  }

  @Override
  public WeightSource weights() {
    throw new IllegalStateException("no block was finished before this run");
  }

  @Override
  public void put(DecoderBlock block, BlockResult result) {
    meters.forEach(meter -> meter.advance(block));
  }
}
