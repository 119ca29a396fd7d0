package dev.espalier.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.Progress;
import dev.espalier.measurement.Measurement;
import dev.espalier.measurement.Measurement.Outliers;
import dev.espalier.measurement.Measurement.ReconstructionError;
import dev.espalier.measurement.Measurement.Score;
import dev.espalier.model.DecoderModel;
import dev.espalier.testing.RecordingProgress;
import dev.espalier.testing.RecordingProgress.Task;
import dev.espalier.testing.TinyModel;
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

  /** That each task took as many as it announced. */
  private static void assertSteps(RecordingProgress progress, Long... expected) {
    List<Task> tasks = progress.tasks();
    assertEquals(List.of(expected), tasks.stream().map(Task::planned).toList());
    assertEquals(List.of(expected), tasks.stream().map(Task::done).toList());
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
      Map<Measurement, double[]> together = measurements(model).of(all, Progress.NONE, clock);
      for (Measurement first : List.of(FIVE, new ReconstructionError(0.5))) {
        RecordingProgress progress = new RecordingProgress();
        KnownMeasurements oneByOne = measurements(model);
        oneByOne.of(Set.of(first), progress, clock);
        oneByOne.of(Set.of(TWO), progress, clock);
        Map<Measurement, double[]> known = oneByOne.of(all, progress, clock);
        assertSteps(progress, FORWARD, WEIGHTS_ONLY, WEIGHTS_ONLY);
        all.forEach(m -> assertArrayEquals(together.get(m), known.get(m), m.key()));
      }
    }
  }

  @Test
  void whatTakesMoreThanNormsRunsTheModelAgain() {
    try (TinyModel source = TinyModel.small();
        DecoderModel model = source.open()) {
      RecordingProgress progress = new RecordingProgress();
      KnownMeasurements measurements = measurements(model);
      measurements.of(Set.of(FIVE), progress, new PhaseClock());
      measurements.of(Set.of(new ReconstructionError(0.5)), progress, new PhaseClock());
      assertSteps(progress, FORWARD, FORWARD);
    }
  }
}
