package dev.espalier.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.device.Placement;
import dev.espalier.files.Json;
import dev.espalier.kernels.Kernels;
import dev.espalier.text.TokenWindows;

/** What must be equal for earlier work to be taken up: measurements, or an unfinished run. */
final class RunIdentity {
  private RunIdentity() {}

  /**
   * Of measurements, with what people know the windows by before their digest: the first that
   * differs is named.
   */
  static ObjectNode ofMeasurements(
      LoadedModel loaded, CalibrationSettings settings, TokenWindows calibration) {
    return Json.object()
        .put("version", Kernels.version())
        .put("checkpoint", loaded.folder().digest())
        .put("corpus", settings.text().shortName())
        .put("seed", settings.seed())
        .put("samples", calibration.count())
        .put("seq_len", calibration.seqLen())
        .put("windows", calibration.digest())
        .put("compute_dtype", loaded.decoder().placement().dtypeName());
  }

  /** Of a run, as people set it; digests stand for what files hold. */
  static ObjectNode of(LoadedModel loaded, RunSettings settings, PruningRun run) {
    PruningSettings pruning = settings.pruning();
    ObjectNode identity = Json.object().put("version", Kernels.version());
    identity.putObject("model").put("digest", loaded.folder().digest());
    identity
        .putObject("method")
        .put("name", pruning.method().name())
        .put("digest", pruning.method().toString());
    identity
        .put("pattern", pruning.pattern().describe())
        .put("sparsity", pruning.sparsity())
        .put("rounding", pruning.rounding().keyword())
        .put("keep_zeros", run.keepsZeros());
    settings
        .calibration()
        .ifPresent(
            calibration ->
                identity
                    .putObject("calibration")
                    .put("text", calibration.text().shortName())
                    .put("samples", run.calibration().count())
                    .put("sequence_length", run.calibration().seqLen())
                    .put("seed", calibration.seed())
                    .put("digest", run.calibration().digest()));
    Placement placement = loaded.decoder().placement();
    return identity
        .put("compute_dtype", placement.dtypeName())
        .put("device", placement.device().toString());
  }
}
