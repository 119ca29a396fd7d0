package dev.espalier.allocation;

import dev.espalier.Progress;
import dev.espalier.calibration.BlockStatistics;
import dev.espalier.calibration.HiddenStates;
import dev.espalier.calibration.InputStatistics;
import dev.espalier.calibration.TokenWindows;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.DecoderModel;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;

/**
 * One pass over the unpruned model that measures everything asked for. One forward per block gives
 * both the block's statistics and the next block's inputs; without a measurement of inputs there is
 * none.
 */
public final class DensePass {
  private final DecoderModel model;
  private final List<Probe> probes;
  private final InputStatistics.Kind statistics;
  private final Map<Measurement, double[]> measured = new HashMap<>();

  public DensePass(DecoderModel model, Set<Measurement> needs) {
    this.model = model;
    this.probes =
        List.of(new ScoreProbe(needs), new ReconstructionProbe(needs), new SpectrumProbe(needs));
    this.statistics = statistics(needs);
  }

  private static InputStatistics.Kind statistics(Set<Measurement> needs) {
    if (needs.stream().anyMatch(Measurement.ReconstructionError.class::isInstance)) {
      return InputStatistics.Kind.HESSIAN; // its diagonal gives the norms, too
    }
    return needs.stream().anyMatch(Measurement::needsInputs)
        ? InputStatistics.Kind.NORMS
        : InputStatistics.Kind.NONE;
  }

  /** Whether windows must run through the model for it. */
  public boolean needsInputs() {
    return statistics != InputStatistics.Kind.NONE;
  }

  /** How many steps {@link #measure} takes with so many windows. */
  public long steps(long windows) {
    return model.blockCount() * (needsInputs() ? windows : 1);
  }

  /**
   * @param calibration not looked at, and may be null, if no inputs are needed
   * @return one number per block or linear for each measurement
   * @throws BadInputException if a weight or an activation is not finite
   */
  public Map<Measurement, double[]> measure(TokenWindows calibration, Progress progress) {
    measured.clear();
    if (!needsInputs()) {
      model
          .blocks()
          .forEach(
              block -> {
                probe(block, null);
                progress.step(1);
              });
      return Map.copyOf(measured);
    }
    int last = model.blockCount() - 1;
    try (HiddenStates hidden = HiddenStates.embed(model, calibration, progress)) {
      model.blocks().forEach(block -> measure(block, hidden, block.index() < last));
    }
    return Map.copyOf(measured);
  }

  private void measure(DecoderBlock block, HiddenStates hidden, boolean advance) {
    try (BlockStatistics inputs = new BlockStatistics(block, hidden.windows(), statistics)) {
      if (advance) {
        hidden.advance(block, inputs);
      } else {
        hidden.observe(block, inputs);
      }
      probe(block, inputs);
    }
  }

  private void probe(DecoderBlock block, BlockStatistics inputs) {
    for (Probe probe : probes) {
      probe
          .measure(block, inputs)
          .forEach((key, values) -> measured.merge(key, values, DensePass::join));
    }
  }

  private static double[] join(double[] before, double[] next) {
    return DoubleStream.concat(Arrays.stream(before), Arrays.stream(next)).toArray();
  }
}
