package dev.espalier.bench;

import dev.espalier.kernels.Kernels;
import dev.espalier.kernels.ScoreSummary;
import dev.espalier.reference.EagerReference;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A statistic of |W|·s that DLP or OWL allocates by; ours computes all of them at once. */
record ScoreCase(Statistic statistic, long rows, long cols, ScalarType dtype, double target)
    implements Case<WandaCase.Layer, Double> {
  /** OWL's M. */
  private static final double MULTIPLE = 5;

  enum Statistic {
    MEAN,
    MEDIAN,
    OUTLIERS
  }

  @Override
  public Title title() {
    String name = "score " + statistic.name().toLowerCase(Locale.ROOT);
    return new Title(name, Title.shape(rows, cols, dtype), target);
  }

  @Override
  public WandaCase.Layer inputs() {
    return WandaCase.Layer.of(rows, cols, dtype);
  }

  @Override
  public Supplier<Double> reference(WandaCase.Layer layer) {
    List<Tensor> weights = List.of(layer.w());
    List<Tensor> norms = List.of(layer.norms());
    return switch (statistic) {
      case MEAN -> () -> EagerReference.meanScore(weights, norms);
      case MEDIAN -> () -> EagerReference.medianScore(weights, norms);
      case OUTLIERS -> () -> EagerReference.outlierRatio(weights, norms, MULTIPLE);
    };
  }

  @Override
  public Supplier<Double> ours(WandaCase.Layer layer) {
    List<Tensor> weights = List.of(layer.w());
    List<Tensor> norms = List.of(layer.norms());
    return () -> of(Kernels.scoreSummary(weights, norms, MULTIPLE));
  }

  private double of(ScoreSummary summary) {
    return switch (statistic) {
      case MEAN -> summary.mean();
      case MEDIAN -> summary.median();
      case OUTLIERS -> (double) summary.outliers() / summary.count();
    };
  }

  @Override
  public Gate check(WandaCase.Layer layer, Double reference, Double ours) {
    try (PointerScope scope = new PointerScope()) {
      if (statistic == Statistic.MEDIAN) {
        return Gate.atMost("median off by", Math.abs(ours - reference), 0);
      }
      Tensor scores = EagerReference.score(layer.w(), layer.norms()).to(ScalarType.Double);
      double mean = scores.mean().item_double();
      if (statistic == Statistic.MEAN) {
        return Gate.atMost("relative error", Compare.relative(ours, mean), 1e-6);
      }
      long outliers = scores.gt(new Scalar(MULTIPLE * mean)).sum().item_long();
      long counted = Math.round(ours * scores.numel());
      return Gate.none("outliers miscounted", Math.abs(counted - outliers));
    }
  }

  @Override
  public Work work() {
    return Work.bytes((double) rows * cols * WandaCase.dtypeBytes(dtype));
  }
}
