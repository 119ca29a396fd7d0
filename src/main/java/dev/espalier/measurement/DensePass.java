package dev.espalier.measurement;

import dev.espalier.Progress;
import dev.espalier.forward.HiddenStates;
import dev.espalier.forward.MemoryBeside;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.description.BlockDescription;
import dev.espalier.model.layer.InputObserver;
import dev.espalier.statistics.BlockStatistics;
import dev.espalier.statistics.InputStatistics.Kind;
import dev.espalier.text.TokenWindows;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * One pass over the unpruned model that measures everything asked for. One forward per block gives
 * both the block's statistics and the next block's inputs; where nothing needs inputs, or only
 * norms that an earlier pass has left, there is none.
 */
public final class DensePass {
  private final DecoderModel model;
  private final DenseNorms norms;
  private final List<BlockProbe> probes;
  private final Kind hessians;
  private final boolean forward;
  private final Map<Measurement, double[]> measured = new HashMap<>();

  /**
   * @param norms of this model and the windows it is measured on: those known so far, and those
   *     that this pass gathers
   */
  public DensePass(DecoderModel model, Set<Measurement> needs, DenseNorms norms) {
    this.model = model;
    this.norms = norms;
    this.probes =
        List.of(
            new ScoreProbe(needs, norms), new ReconstructionProbe(needs), new SpectrumProbe(needs));
    Set<Kind> inputs = needs.stream().map(Measurement::inputs).collect(Collectors.toSet());
    this.hessians = inputs.contains(Kind.HESSIAN) ? Kind.HESSIAN : Kind.NONE;
    this.forward =
        inputs.contains(Kind.HESSIAN)
            || inputs.contains(Kind.NORMS) && !norms.cover(model.blockCount());
  }

  /** Whether windows must run through the model for it. */
  public boolean needsInputs() {
    return forward;
  }

  /** How many steps {@link #measure} takes with so many windows. */
  public long steps(long windows) {
    return model.blockCount() * (forward ? windows : 1);
  }

  /**
   * @param calibration not looked at, and may be absent, if no inputs are needed
   * @return one number per block or linear for each measurement
   * @throws dev.espalier.EspalierException if a weight or an activation is not finite
   */
  public Map<Measurement, double[]> measure(Optional<TokenWindows> calibration, Progress progress) {
    measured.clear();
    if (forward) {
      TokenWindows windows = calibration.orElseThrow();
      try (HiddenStates hidden = HiddenStates.embed(model, windows, beside(), progress)) {
        model.blocks().forEach(block -> measure(block, hidden));
      }
    } else {
      model.blocks().forEach(block -> measure(block, progress));
    }
    return Map.copyOf(measured);
  }

  /** What the statistics of the largest block and the probes of it take. */
  public MemoryBeside beside() {
    long statistics = 0;
    long probing = 0;
    for (BlockDescription block : model.description().blocks()) {
      long norms = BlockStatistics.bytes(block, Kind.NORMS);
      statistics = Math.max(statistics, norms + BlockStatistics.bytes(block, hessians));
      for (BlockProbe probe : probes) {
        probing = Math.max(probing, probe.bytes(block));
      }
    }
    return new MemoryBeside(statistics, probing);
  }

  private void measure(DecoderBlock block, HiddenStates hidden) {
    long windows = hidden.windows();
    try (BlockStatistics squares = new BlockStatistics(block, windows, Kind.NORMS);
        BlockStatistics products = new BlockStatistics(block, windows, hessians)) {
      // Norms are summed by themselves: they must not depend on what else is measured.
      InputObserver both =
          (input, x) -> {
            squares.onInput(input, x);
            products.onInput(input, x);
          };
      if (block.index() < model.blockCount() - 1) {
        hidden.advance(block, both);
      } else {
        hidden.observe(block, both);
      }
      norms.put(block, squares);
      probe(block, products);
    }
  }

  private void measure(DecoderBlock block, Progress progress) {
    try (BlockStatistics none = new BlockStatistics(block, 0, Kind.NONE)) {
      probe(block, none);
    }
    progress.step(1);
  }

  private void probe(DecoderBlock block, BlockStatistics products) {
    for (BlockProbe probe : probes) {
      probe
          .measure(block, products)
          .forEach((key, values) -> measured.merge(key, values, DensePass::join));
    }
  }

  private static double[] join(double[] before, double[] next) {
    return DoubleStream.concat(Arrays.stream(before), Arrays.stream(next)).toArray();
  }
}
