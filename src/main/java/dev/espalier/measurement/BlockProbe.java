package dev.espalier.measurement;

import dev.espalier.model.DecoderBlock;
import dev.espalier.model.description.BlockDescription;
import dev.espalier.statistics.BlockStatistics;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Measures one kind of thing on a dense block. */
interface BlockProbe {
  /**
   * @param hessians those of the block's inputs; empty if no measurement needs them
   * @return for each measurement one number, or one for each linear of the block
   */
  Map<Measurement, double[]> measure(DecoderBlock block, BlockStatistics hessians);

  /**
   * How much memory of the device {@link #measure} takes beside the block: an upper estimate, in
   * bytes.
   */
  long bytes(BlockDescription block);

  /** Those of one kind, in the same order in every run. */
  static <M extends Measurement> List<M> only(Class<M> kind, Set<Measurement> needs) {
    return needs.stream()
        .filter(kind::isInstance)
        .map(kind::cast)
        .sorted(Comparator.comparing(Measurement::key))
        .toList();
  }
}
