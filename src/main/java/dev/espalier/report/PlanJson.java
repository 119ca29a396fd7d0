package dev.espalier.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.files.Json;
import dev.espalier.forward.Footprint;
import dev.espalier.forward.Space;
import java.util.List;

/** A {@link RunPlan} as a JSON document. */
public final class PlanJson {
  private PlanJson() {}

  /** The document. */
  public static ObjectNode of(RunPlan plan) {
    ObjectNode json = DocumentKind.PLAN.begin();
    json.set("versions", Json.of(Versions.current()));
    json.put("model", plan.model()).put("output", plan.output()).put("work_dir", plan.workDir());
    json.putObject("compute")
        .put("device", plan.compute().device())
        .put("dtype", plan.compute().dtype())
        .put("threads", plan.compute().threads());
    ArrayNode phases = json.putArray("phases");
    for (RunPlan.Phase phase : plan.phases()) {
      ObjectNode node = phases.addObject().put("phase", phase.name());
      bytes(node.putObject("bytes"), phase.footprint().space());
      ArrayNode windows = node.putArray("windows");
      for (Footprint.Stay stay : phase.footprint().states()) {
        windows
            .addObject()
            .put("count", stay.windows())
            .put("seq_len", stay.seqLen())
            .put("bytes", stay.bytes())
            .put("home", stay.home());
      }
    }
    json.put("taken_bytes", plan.taken());
    bytes(json.putObject("most_bytes"), plan.most());
    bytes(json.putObject("free_bytes"), plan.free());
    json.put("output_free_bytes", plan.outputFree()).put("fits", plan.fits());
    files(json.putArray("read"), plan.read());
    files(json.putArray("written"), plan.written());
    json.put("passes", plan.passes());
    plan.seconds()
        .ifPresent(
            seconds ->
                json.put("seconds_per_pass", seconds).put("seconds", plan.passes() * seconds));
    return json;
  }

  private static void bytes(ObjectNode json, Space space) {
    json.put("device", space.device()).put("host", space.host()).put("spill", space.spill());
  }

  private static void files(ArrayNode json, List<RunPlan.Files> files) {
    files.forEach(file -> json.addObject().put("path", file.path()).put("bytes", file.bytes()));
  }
}
