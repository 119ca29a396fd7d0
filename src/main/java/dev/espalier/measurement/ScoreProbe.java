package dev.espalier.measurement;

import dev.espalier.NumericalException;
import dev.espalier.forward.ActivationFault;
import dev.espalier.kernels.Kernels;
import dev.espalier.kernels.ScoreSummary;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.description.BlockDescription;
import dev.espalier.model.layer.Linear;
import dev.espalier.statistics.BlockStatistics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** The scores |W|·s of a block's linears taken together: what DLP and OWL allocate by. */
final class ScoreProbe implements BlockProbe {
  private final List<Measurement.Score> statistics;
  private final List<Measurement.Outliers> outliers;
  private final DenseNorms dense;

  /**
   * @param dense has the norms of each block before its turn comes
   */
  ScoreProbe(Set<Measurement> needs, DenseNorms dense) {
    this.dense = dense;
    this.statistics = BlockProbe.only(Measurement.Score.class, needs);
    this.outliers = BlockProbe.only(Measurement.Outliers.class, needs);
  }

  /** Scores are summed and counted as they are computed. */
  @Override
  public long bytes(BlockDescription block) {
    return 0;
  }

  @Override
  public Map<Measurement, double[]> measure(DecoderBlock block, BlockStatistics hessians) {
    Map<Measurement, double[]> measured = new HashMap<>();
    if (statistics.isEmpty() && outliers.isEmpty()) {
      return measured;
    }
    try (PointerScope scope = new PointerScope()) {
      List<Tensor> weights = block.linears().stream().map(Linear::weight).toList();
      List<Tensor> norms = block.linears().stream().map(l -> dense.of(block, l)).toList();
      // Each multiple is a pass over the weights of its own; what else there is comes with any.
      double first = outliers.isEmpty() ? 1 : outliers.get(0).multiple();
      ScoreSummary scores = summarise(block, weights, norms, first);
      statistics.forEach(s -> measured.put(s, new double[] {s.of(scores)}));
      for (Measurement.Outliers o : outliers) {
        ScoreSummary counted =
            o.multiple() == first ? scores : Kernels.scoreSummary(weights, norms, o.multiple());
        measured.put(o, new double[] {100.0 * counted.outliers() / counted.count()});
      }
    }
    return measured;
  }

  private static ScoreSummary summarise(
      DecoderBlock block, List<Tensor> weights, List<Tensor> norms, double multiple) {
    ScoreSummary scores = Kernels.scoreSummary(weights, norms, multiple);
    if (!Double.isFinite(scores.sum())) {
      // The sentence that names the weight is the better one.
      block.linears().forEach(Linear::requireFinite);
      for (int i = 0; i < weights.size(); i++) {
        if (!norms.get(i).isfinite().all().item_bool()) {
          throw ActivationFault.of(
              "the calibration activations that enter " + block.linears().get(i),
              weights.get(i).scalar_type());
        }
      }
      throw new NumericalException(
          "the scores |W|·‖X‖ of block %d are beyond float32, though its weights and the norms of its inputs are finite"
              .formatted(block.index()));
    }
    return scores;
  }
}
