package dev.espalier.run;

import dev.espalier.Progress;
import dev.espalier.measurement.DenseNorms;
import dev.espalier.measurement.DensePass;
import dev.espalier.measurement.Measurement;
import dev.espalier.measurement.MeasurementFile;
import dev.espalier.model.DecoderModel;
import dev.espalier.text.TokenWindows;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is known of a dense model so far; what is not is measured, all of it in one pass. */
final class KnownMeasurements {
  private final DecoderModel model;
  private final Optional<TokenWindows> calibration;
  private final Optional<MeasurementFile> file;
  private final Map<Measurement, double[]> known = new HashMap<>();
  private final DenseNorms norms = new DenseNorms();

  /**
   * @param calibration absent if nothing will be asked that takes inputs
   */
  KnownMeasurements(
      DecoderModel model, Optional<TokenWindows> calibration, Optional<MeasurementFile> file) {
    this.model = model;
    this.calibration = calibration;
    this.file = file;
  }

  /** All that is known, these included. */
  Map<Measurement, double[]> of(Set<Measurement> needs, Progress listener, PhaseClock clock) {
    Set<Measurement> missing = missing(needs);
    if (!missing.isEmpty()) {
      file.ifPresent(f -> known.putAll(f.read(missing)));
      measure(missing(needs), listener, clock);
    }
    return known;
  }

  private Set<Measurement> missing(Set<Measurement> needs) {
    Set<Measurement> missing = new HashSet<>(needs);
    missing.removeAll(known.keySet());
    return missing;
  }

  private void measure(Set<Measurement> missing, Progress listener, PhaseClock clock) {
    if (missing.isEmpty()) {
      return;
    }
    DensePass pass = new DensePass(model, missing, norms);
    listener.begin(
        "Measuring the dense model", pass.steps(calibration.map(TokenWindows::count).orElse(0)));
    Map<Measurement, double[]> found =
        clock.time("allocate", () -> pass.measure(calibration, listener));
    listener.end();
    known.putAll(found);
    file.ifPresent(f -> f.add(found));
  }
}
