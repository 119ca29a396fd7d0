package dev.espalier.pruning;

import dev.espalier.checkpoint.WeightSource;
import dev.espalier.model.DecoderBlock;

/** Where finished blocks go. Blocks come in order, each once. */
public interface PrunedBlocks {
  /** How many blocks an interrupted run has left here. */
  int finished();

  /** The weights of the finished blocks that are safe. */
  WeightSource weights();

  /**
   * Takes a finished block. An interruption loses it no more when the next one is put.
   *
   * @param block may be closed, but not changed, when this returns
   */
  void put(DecoderBlock block, BlockResult result);

  /** Returns when an interruption no longer loses any block that was put. */
  default void sync() {}
}
