package dev.espalier.bench;

import dev.espalier.bench.ScoreCase.Statistic;
import java.util.List;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** All cases with their shapes and targets. */
final class Cases {
  private static final ScalarType F32 = ScalarType.Float;
  private static final ScalarType F64 = ScalarType.Double;
  private static final ScalarType BF16 = ScalarType.BFloat16;

  private Cases() {}

  /** Shapes of a 7B model, or scaled from them where the reference would take minutes. */
  static List<Case<?, ?>> full() {
    return List.of(
        new WandaCase(4096, 4096, BF16, 30),
        new WandaCase(4096, 4096, F32, 30),
        new NofMCase(2, 4, 4096, 4096, BF16, 40),
        new NofMCase(2, 4, 4096, 4096, F32, 40),
        new MagnitudeCase(4096, 4096, BF16, 50),
        new MagnitudeCase(4096, 4096, F32, 0),
        new ScoreCase(Statistic.MEAN, 4096, 4096, BF16, 10),
        new ScoreCase(Statistic.MEDIAN, 4096, 4096, BF16, 15),
        new ScoreCase(Statistic.OUTLIERS, 4096, 4096, BF16, 0),
        new NormsCase(2048, 4096, BF16, 15),
        new HessianCase(2048, 5632, 2048, F32, 2),
        new HessianCase(2048, 5632, 2048, BF16, 2),
        new FactorCase(2048, F64, 1.5),
        new FactorCase(2048, F32, 1.5),
        new FactorCase(4096, F64, 1.5),
        new FactorCase(4096, F32, 1.5),
        new SweepCase(0, 2048, 2048, 8),
        new SweepCase(4, 2048, 2048, 8));
  }

  /** The same operations in shapes that take no time; their ratios mean nothing. */
  static List<Case<?, ?>> quick() {
    return List.of(
        new WandaCase(64, 200, BF16, 0),
        new WandaCase(64, 200, F32, 0),
        new NofMCase(2, 4, 64, 200, BF16, 0),
        new NofMCase(4, 8, 64, 200, F32, 0),
        new MagnitudeCase(64, 200, BF16, 0),
        new MagnitudeCase(64, 200, F32, 0),
        new ScoreCase(Statistic.MEAN, 64, 200, BF16, 0),
        new ScoreCase(Statistic.MEDIAN, 64, 200, BF16, 0),
        new ScoreCase(Statistic.OUTLIERS, 64, 200, BF16, 0),
        new NormsCase(100, 200, BF16, 0),
        new HessianCase(96, 200, 100, F32, 0),
        new HessianCase(96, 200, 100, BF16, 0),
        new FactorCase(200, F64, 0),
        new FactorCase(200, F32, 0),
        new SweepCase(0, 96, 200, 0),
        new SweepCase(4, 96, 200, 0));
  }
}
