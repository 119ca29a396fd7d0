package dev.espalier.job;

import dev.espalier.ByteCount;
import dev.espalier.NumericalException;
import dev.espalier.Progress;
import dev.espalier.evaluation.PerplexityMeter;
import dev.espalier.forward.HiddenStates;
import dev.espalier.model.DecoderBlock;
import dev.espalier.report.Quantities;
import dev.espalier.run.PruningRun;
import dev.espalier.text.TokenWindows;
import java.util.List;
import java.util.Optional;

/**
 * What lies ahead of a pruning run, told before it begins.
 *
 * @param passes of a window through a block, in all phases together
 * @param seconds that one of them takes in the first block
 * @param bytes that the output is to take on disk
 */
record Forecast(long passes, double seconds, long bytes) {
  /** In seconds: what takes less says more of how it is started than of what it takes. */
  private static final double SHORT = 0.1;

  /**
   * Times the first block; empty where the model cannot be computed with, which the run will tell
   * in its place.
   *
   * @param choosing passes until the allocation is settled
   * @param compared whether the model is pruned uniformly, too
   */
  static Optional<Forecast> of(
      PruningRun run, long choosing, List<TokenWindows> texts, boolean compared, long bytes) {
    try {
      return Optional.of(new Forecast(passes(run, choosing, texts, compared), timed(run), bytes));
    } catch (NumericalException e) {
      return Optional.empty();
    }
  }

  /** How often a window will be passed through a block. */
  static long passes(PruningRun run, long choosing, List<TokenWindows> texts, boolean compared) {
    long windows = texts.stream().mapToLong(TokenWindows::count).sum();
    long measuring = PerplexityMeter.passes(run.model()) * windows;
    int prunings = compared ? 2 : 1;
    // The dense model is measured, and each of the pruned ones.
    return choosing + run.pruningPasses(prunings) + (1 + prunings) * measuring;
  }

  /**
   * What a window takes: one that is alone where that is long enough to be timed, else one of
   * several that pass together, as they will.
   */
  static double timed(PruningRun run) {
    try (DecoderBlock block = run.model().loadBlock(0)) {
      double alone = timed(run, block, 1);
      long tokens = HiddenStates.batchTokens(run.model(), run.calibration());
      int many = (int) (tokens / run.calibration().seqLen());
      return alone < SHORT && many > 1 ? timed(run, block, many) : alone;
    }
  }

  /** The second pass: the first one brings memory and caches in order. */
  private static double timed(PruningRun run, DecoderBlock block, int windows) {
    TokenWindows first = run.calibration().first(windows);
    try (HiddenStates hidden =
        HiddenStates.embed(run.model(), first, run.memory(), Progress.NONE)) {
      pass(hidden, block);
      return pass(hidden, block) / windows;
    }
  }

  /** In seconds. */
  private static double pass(HiddenStates hidden, DecoderBlock block) {
    long start = System.nanoTime();
    hidden.advance(block);
    await(hidden);
    return (System.nanoTime() - start) / 1e9;
  }

  /** A GPU is done when a number has come from it. */
  private static void await(HiddenStates hidden) {
    hidden.forEachBatch(states -> states.sum().item_double());
  }

  /** For people. */
  String sentence() {
    return ("Ahead are about %s passes of a window through a block, %s at the first block's speed;"
            + " choosing weights comes on top. The output takes %s on disk.")
        .formatted(
            Quantities.count(passes), Quantities.duration(passes * seconds), ByteCount.of(bytes));
  }
}
