package dev.espalier.allocation;

import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.calibration.BlockStatistics;
import dev.espalier.calibration.HiddenStates;
import dev.espalier.calibration.InputStatistics;
import dev.espalier.calibration.TokenWindows;
import dev.espalier.kernels.Kernels;
import dev.espalier.kernels.ScoreSummary;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.Linear;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The dense pass: the scores |W|·s of every block of the unpruned model. One forward per block
 * gives both the block's statistics and the next block's inputs.
 */
public final class BlockScores {
  private BlockScores() {}

  /**
   * Summarises the scores of each block's linears taken together.
   *
   * @param outlierMultiple OWL's M: a score greater than M times its block's mean is an outlier
   * @throws BadInputException if a weight or an activation is not finite
   */
  public static List<ScoreSummary> measure(
      DecoderModel model, TokenWindows calibration, double outlierMultiple, Progress progress) {
    List<ScoreSummary> scores = new ArrayList<>();
    try (HiddenStates hidden = HiddenStates.embed(model, calibration, progress)) {
      int last = model.blockCount() - 1;
      model
          .blocks()
          .forEach(
              block -> {
                scores.add(measure(block, hidden, block.index() < last, outlierMultiple));
                requireFinite(scores, block.index());
              });
    }
    return scores;
  }

  private static ScoreSummary measure(
      DecoderBlock block, HiddenStates hidden, boolean advance, double outlierMultiple) {
    try (BlockStatistics statistics =
        new BlockStatistics(block, hidden.windows(), InputStatistics.Kind.NORMS)) {
      if (advance) {
        hidden.advance(block, statistics);
      } else {
        hidden.observe(block, statistics);
      }
      ScoreSummary summary = summarise(block, statistics, outlierMultiple);
      if (!Double.isFinite(summary.sum())) {
        // The sentence that names the weight is the better one.
        block.linears().forEach(Linear::requireFinite);
      }
      return summary;
    }
  }

  /** Refuses scores that no allocation could make sense of. */
  static void requireFinite(List<ScoreSummary> scores) {
    for (int i = 0; i < scores.size(); i++) {
      requireFinite(scores, i);
    }
  }

  private static void requireFinite(List<ScoreSummary> scores, int block) {
    if (!Double.isFinite(scores.get(block).sum())) {
      throw new BadInputException(
          "the scores of block "
              + block
              + " are not finite: its weights or the activations there are NaN or infinite;"
              + " the checkpoint is damaged, or the compute dtype too narrow");
    }
  }

  private static ScoreSummary summarise(
      DecoderBlock block, BlockStatistics statistics, double outlierMultiple) {
    try (PointerScope scope = new PointerScope()) {
      List<Tensor> weights = block.linears().stream().map(Linear::weight).toList();
      List<Tensor> norms =
          block.linears().stream()
              .map(linear -> statistics.of(linear).orElseThrow().norms())
              .toList();
      return Kernels.scoreSummary(weights, norms, outlierMultiple);
    }
  }
}
