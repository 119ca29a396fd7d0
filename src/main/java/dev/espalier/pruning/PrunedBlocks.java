package dev.espalier.pruning;

import dev.espalier.checkpoint.WeightSource;
import dev.espalier.model.DecoderBlock;

/** Where finished blocks go. Blocks come in order, each once. */
public interface PrunedBlocks {
  /** How many blocks an interrupted run has left here. */
  int finished();

  /** The weights of the finished blocks. */
  WeightSource weights();

  /** Takes a finished block; when this returns, an interruption no longer loses it. */
  void put(DecoderBlock block, BlockResult result);
}
