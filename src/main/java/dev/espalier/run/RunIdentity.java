package dev.espalier.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.kernels.Kernels;

/** What must be equal for unfinished work to be taken up. */
public final class RunIdentity {
  private RunIdentity() {}

  public static ObjectNode of(LoadedModel loaded, PruningRun run) {
    PruningSettings settings = run.settings();
    return new ObjectMapper()
        .createObjectNode()
        .put("version", Kernels.version())
        .put("checkpoint", loaded.folder().digest())
        .put("method", settings.method().toString())
        .put("pattern", settings.pattern().describe())
        .put("sparsity", settings.sparsity())
        .put("rounding", settings.rounding().name())
        .put("calibration", run.calibration().digest())
        .put("device", run.model().placement().device().toString())
        .put("dtype", run.model().placement().dtypeName());
  }
}
