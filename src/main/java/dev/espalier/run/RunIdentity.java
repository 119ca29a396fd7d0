package dev.espalier.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.files.Json;
import dev.espalier.kernels.Kernels;
import dev.espalier.text.TokenWindows;

/** What must be equal for earlier work to be taken up: measurements, or an unfinished run. */
final class RunIdentity {
  private RunIdentity() {}

  private static ObjectNode checkpoint(LoadedModel loaded) {
    return Json.object()
        .put("version", Kernels.version())
        .put("checkpoint", loaded.folder().digest());
  }

  /** Adds the rest of all that numbers measured of the dense model depend on. */
  private static ObjectNode complete(
      ObjectNode identity, LoadedModel loaded, TokenWindows calibration) {
    return identity
        .put("windows", calibration.digest())
        .put("compute_dtype", loaded.decoder().placement().dtypeName());
  }

  /**
   * Of measurements, with what people know the windows by before their digest: the first that
   * differs is named.
   */
  static ObjectNode ofMeasurements(
      LoadedModel loaded, CalibrationSettings settings, TokenWindows calibration) {
    ObjectNode known =
        checkpoint(loaded)
            .put("corpus", settings.text().getFileName().toString())
            .put("seed", settings.seed())
            .put("samples", calibration.count())
            .put("seq_len", calibration.seqLen());
    return complete(known, loaded, calibration);
  }

  /** Of a run. */
  static ObjectNode of(LoadedModel loaded, PruningRun run) {
    PruningSettings settings = run.settings();
    return complete(checkpoint(loaded), loaded, run.calibration())
        .put("method", settings.method().toString())
        .put("pattern", settings.pattern().describe())
        .put("sparsity", settings.sparsity())
        .put("rounding", settings.rounding().name())
        .put("keep_zeros", run.keepsZeros())
        .put("device", run.model().placement().device().toString());
  }
}
