package dev.espalier.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.Progress;
import dev.espalier.measurement.Measurement;
import dev.espalier.measurement.Measurement.Outliers;
import dev.espalier.measurement.Measurement.ReconstructionError;
import dev.espalier.measurement.Measurement.Score;
import dev.espalier.model.DecoderModel;
import dev.espalier.testing.TinyModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KnownMeasurementsTest {
  private static final Outliers TWO = new Outliers(2);
  private static final Outliers FIVE = new Outliers(5);

  /** Three blocks; a window that passes through one of them is a step. */
  private static final long FORWARD = 3 * 6;

  private static final long WEIGHTS_ONLY = 3;

  private static final class Steps implements Progress {
    private final List<Long> announced = new ArrayList<>();
    private final List<Long> taken = new ArrayList<>();

    @Override
    public void begin(String task, long steps) {
      announced.add(steps);
      taken.add(0L);
    }

    @Override
    public void step(long steps) {
      taken.set(taken.size() - 1, taken.get(taken.size() - 1) + steps);
    }

    @Override
    public void end() {}

    @Override
    public void note(String sentence) {}
  }

  private static KnownMeasurements measurements(DecoderModel model) {
    return new KnownMeasurements(model, Optional.of(TinyModel.windows(6, 30)), Optional.empty());
  }

  @Test
  void scoresTakeOneForwardPassHoweverOftenTheyAreAskedFor() {
    Set<Measurement> all = Set.of(TWO, FIVE, Score.MEDIAN);
    try (TinyModel source = TinyModel.small();
        DecoderModel model = source.open()) {
      PhaseClock clock = new PhaseClock();
      Map<Measurement, double[]> together = measurements(model).of(all, new Steps(), clock);
      for (Measurement first : List.of(FIVE, new ReconstructionError(0.5))) {
        Steps steps = new Steps();
        KnownMeasurements oneByOne = measurements(model);
        oneByOne.of(Set.of(first), steps, clock);
        oneByOne.of(Set.of(TWO), steps, clock);
        Map<Measurement, double[]> known = oneByOne.of(all, steps, clock);
        assertEquals(List.of(FORWARD, WEIGHTS_ONLY, WEIGHTS_ONLY), steps.announced);
        assertEquals(steps.announced, steps.taken);
        all.forEach(m -> assertArrayEquals(together.get(m), known.get(m), m.key()));
      }
    }
  }

  @Test
  void whatTakesMoreThanNormsRunsTheModelAgain() {
    try (TinyModel source = TinyModel.small();
        DecoderModel model = source.open()) {
      Steps steps = new Steps();
      KnownMeasurements measurements = measurements(model);
      measurements.of(Set.of(FIVE), steps, new PhaseClock());
      measurements.of(Set.of(new ReconstructionError(0.5)), steps, new PhaseClock());
      assertEquals(List.of(FORWARD, FORWARD), steps.announced);
      assertEquals(steps.announced, steps.taken);
    }
  }
}
