package dev.espalier.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.kernels.Kernels;
import java.util.List;

/** The results as one JSON document. */
final class ResultJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ResultJson() {}

  static String of(List<Result> results, SpeedProbe.Speed before, SpeedProbe.Speed after) {
    ObjectNode document = JSON.createObjectNode();
    document.put("version", Kernels.version());
    document.put("instruction_set", Kernels.cpuInstructionSet());
    document.put("threads", Kernels.threads());
    document.set("self_test_before", speed(before));
    document.set("self_test_after", speed(after));
    var list = document.putArray("results");
    results.forEach(result -> list.add(of(result)));
    return document.toPrettyString();
  }

  private static ObjectNode speed(SpeedProbe.Speed speed) {
    ObjectNode node = JSON.createObjectNode();
    node.put("copy_bytes_per_second", speed.bytesPerSecond());
    return node.put("gemm_flops_per_second", speed.flopsPerSecond());
  }

  private static ObjectNode of(Result result) {
    ObjectNode node = JSON.createObjectNode();
    node.put("op", result.title().op());
    node.put("shape", result.title().shape());
    node.set("reference", timing(result.reference()));
    node.set("ours", timing(result.ours()));
    node.put("floor_ms", result.floorMillis());
    node.put("ratio", result.ratio());
    if (result.title().target() > 0) {
      node.put("target", result.title().target());
      node.put("reaches_target", result.reachesTarget());
    }
    node.put("others", result.others());
    node.putObject("gate").put("passed", result.gate().passed()).put("text", result.gate().text());
    return node;
  }

  private static ObjectNode timing(Timing timing) {
    ObjectNode node = JSON.createObjectNode();
    node.put("median_ms", timing.median());
    node.put("spread", timing.spread());
    var runs = node.putArray("runs_ms");
    for (double millis : timing.millis()) {
      runs.add(millis);
    }
    return node;
  }
}
