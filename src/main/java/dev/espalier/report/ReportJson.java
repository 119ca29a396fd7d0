package dev.espalier.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.evaluation.Perplexity;
import dev.espalier.files.Json;
import dev.espalier.kernels.Kernels;
import dev.espalier.pruning.BlockResult;
import dev.espalier.pruning.LinearResult;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Reports as JSON documents: {@code espalier.json} and those of the other tasks. */
public final class ReportJson {
  private ReportJson() {}

  /** The content of {@code espalier.json}: a pruning run with every linear. */
  public static ObjectNode prune(PruneReport report) {
    ObjectNode json = begin(DocumentKind.PRUNE);
    origin(json, report.origin());
    json.put("model", report.model())
        .put("checkpoint", report.checkpoint())
        .put("content", report.content())
        .put("output", report.output())
        .put("method", report.method())
        .put("allocation", report.allocation().name());
    json.set("method_parameters", Json.of(report.methodParameters()));
    json.set("allocation_parameters", Json.of(report.allocation().parameters()));
    if (!report.allocation().trials().isEmpty()) {
      json.putObject("search")
          .put("criterion", report.allocation().criterion())
          .set("trials", trials(report.allocation().trials()));
    }
    json.put("pattern", report.pattern()).put("rounding", report.rounding());
    json.putObject("sparsity")
        .put("target", report.targetSparsity())
        .put("achieved", report.achievedSparsity());
    json.putObject("zeros")
        .put("stay", report.keepsZeros())
        .put("before", report.sum(linear -> linear.before().zeros()))
        .put("kept", report.sum(LinearResult::kept))
        .put("filled", report.sum(LinearResult::filled))
        .put("pruned", report.sum(LinearResult::pruned));
    json.set("calibration", calibration(report.calibration()));
    ObjectNode compute = json.putObject("compute");
    compute
        .put("device", report.compute().device())
        .put("dtype", report.compute().dtype())
        .put("threads", report.compute().threads())
        .put("instruction_set", Kernels.cpuInstructionSet());
    if (!report.compute().cuda().isEmpty()) {
      compute.set("cuda", Json.of(report.compute().cuda()));
    }
    ArrayNode blocks = json.putArray("blocks");
    for (BlockResult block : report.blocks()) {
      ObjectNode node = blocks.addObject();
      node.put("index", block.index())
          .put("density", 1 - block.target())
          .put("sparsity", block.sparsity());
      ArrayNode array = node.putArray("linears");
      block.linears().forEach(linear -> array.add(linear(linear)));
    }
    json.set("perplexity", perplexity(report.perplexity()));
    ObjectNode seconds = json.putObject("seconds");
    report.phases().forEach(phase -> seconds.put(phase.name(), phase.seconds()));
    json.put("total_seconds", report.seconds()).put("peak_bytes", report.peakBytes());
    ObjectNode peaks = json.putObject("peak_bytes_by_phase");
    report.phases().forEach(phase -> peaks.put(phase.name(), phase.peakBytes()));
    json.set("warnings", Json.of(report.warnings()));
    json.set("notes", Json.of(report.notes()));
    return json;
  }

  private static ArrayNode perplexity(List<CorpusPerplexity> corpora) {
    ArrayNode perplexity = Json.array();
    for (CorpusPerplexity corpus : corpora) {
      ObjectNode node = perplexity.addObject();
      node.put("corpus", corpus.protocol().corpus())
          .put("dense", corpus.dense())
          .put("pruned", corpus.pruned());
      corpus.uniform().ifPresent(uniform -> node.put("uniform", uniform));
      node.set("protocol", protocol(corpus.protocol()));
    }
    return perplexity;
  }

  /** A document that tells what it was made with. */
  private static ObjectNode begin(DocumentKind kind) {
    ObjectNode json = kind.begin();
    json.set("versions", Json.of(Versions.current()));
    return json;
  }

  private static void origin(ObjectNode json, Origin origin) {
    origin.command().ifPresent(command -> json.put("command", command));
    json.put("date", origin.began().toString());
    origin
        .hub()
        .ifPresent(
            model ->
                json.putObject("hub")
                    .put("repository", model.name().id())
                    .put("revision", model.name().revision())
                    .put("commit", model.commit()));
  }

  private static ArrayNode trials(List<Trial> trials) {
    ArrayNode array = Json.array();
    trials.forEach(trial -> array.add(trial(trial)));
    return array;
  }

  /** Of one that was stopped, what all windows would have given is not known. */
  private static JsonNode trial(Trial trial) {
    ObjectNode json = (ObjectNode) Json.of(trial);
    if (trial.stopped()) {
      json.remove("perplexity");
    }
    return json;
  }

  private static ObjectNode linear(LinearResult linear) {
    ObjectNode json = Json.object();
    json.put("name", linear.name());
    json.putArray("shape").add(linear.rows()).add(linear.cols());
    json.put("target", linear.target())
        .put("achieved", linear.sparsity())
        .put("zeros", linear.zeros())
        .put("zeros_before", linear.before().zeros())
        .put("kept", linear.kept())
        .put("filled", linear.filled())
        .put("dead_inputs", linear.before().deadInputs());
    ObjectNode error = json.putObject("error");
    error.put("of", linear.error().measure().keyword());
    error.put("relative", linear.error().value());
    if (linear.error().damping() > 0) {
      error.put("damping", linear.error().damping());
    }
    return json.put("seconds", linear.seconds());
  }

  /** The result of a search, whose best allocation can be taken from its file. */
  public static ObjectNode search(SearchReport report) {
    ObjectNode json = begin(DocumentKind.SEARCH);
    origin(json, report.origin());
    json.put("model", report.model())
        .put("method", report.method())
        .put("pattern", report.pattern())
        .put("sparsity", report.sparsity());
    json.set("method_parameters", Json.of(report.methodParameters()));
    json.set("calibration", calibration(report.calibration()));
    ObjectNode criterion = json.putObject("criterion");
    criterion.put("corpus", report.criterion().corpus()).put("test", report.testCriterion());
    criterion.set("protocol", protocol(report.criterion()));
    json.set("trials", trials(report.trials()));
    json.set("best", trial(report.best()));
    ArrayNode blocks = json.putArray("blocks");
    for (Map<String, Double> block : report.sparsities().blocks()) {
      ArrayNode linears = blocks.addObject().put("index", blocks.size() - 1).putArray("linears");
      block.forEach(
          (name, sparsity) -> linears.addObject().put("name", name).put("target", sparsity));
    }
    return json.put("seconds", report.seconds());
  }

  /** Allocations side by side. */
  public static ObjectNode allocation(AllocationReport report) {
    ObjectNode json = begin(DocumentKind.ALLOCATE);
    json.put("model", report.model())
        .put("pattern", report.pattern())
        .put("sparsity", report.sparsity());
    report.calibration().ifPresent(c -> json.set("calibration", calibration(c)));
    ArrayNode allocations = json.putArray("allocations");
    for (AllocationReport.Plan plan : report.plans()) {
      ObjectNode node = allocations.addObject().put("allocation", plan.allocation());
      node.set("parameters", Json.of(plan.parameters()));
      node.set("block_sparsities", Json.of(plan.blockSparsities()));
      node.set("block_ranges", ranges(plan.linears()));
      node.set("linear_sparsities", Json.of(plan.linears().all()));
      node.set("clamped", Json.of(plan.clamped()));
    }
    return json;
  }

  /** Of each block's linears the least and the most. */
  private static ArrayNode ranges(LinearSparsities linears) {
    ArrayNode ranges = Json.array();
    linears.ranges().forEach(range -> ranges.addArray().add(range.least()).add(range.most()));
    return ranges;
  }

  /** Pruning runs side by side. */
  public static ObjectNode comparison(RunComparison comparison) {
    ObjectNode json = begin(DocumentKind.COMPARE);
    ArrayNode runs = json.putArray("runs");
    for (ComparedRun run : comparison.runs()) {
      ObjectNode node = runs.addObject();
      node.put("name", run.name())
          .put("model", run.model())
          .put("method", run.method())
          .put("allocation", run.allocation())
          .put("pattern", run.pattern());
      ObjectNode sparsity = node.putObject("sparsity");
      run.target().ifPresent(target -> sparsity.put("target", target));
      sparsity.put("achieved", run.achieved());
      node.set("blocks", Json.of(run.blockSparsities().values()));
      node.set("block_ranges", ranges(run.linears()));
      node.set("perplexity", perplexity(run.perplexity()));
      run.seconds().ifPresent(seconds -> node.put("seconds", seconds));
      run.peakBytes().ifPresent(bytes -> node.put("peak_bytes", bytes));
    }
    json.set("cautions", Json.of(comparison.cautions()));
    return json;
  }

  private static ObjectNode calibration(PruneReport.Calibration calibration) {
    return Json.object()
        .put("corpus", calibration.corpus())
        .put("samples", calibration.samples())
        .put("seq_len", calibration.seqLen())
        .put("seed", calibration.seed())
        .put("digest", calibration.digest());
  }

  /** A model's perplexity, one for each text. */
  public static ObjectNode evaluation(String model, List<Perplexity> results, double seconds) {
    ObjectNode json = begin(DocumentKind.EVAL).put("model", model);
    ArrayNode perplexity = json.putArray("perplexity");
    for (Perplexity result : results) {
      ObjectNode node = perplexity.addObject();
      node.put("corpus", result.protocol().corpus()).put("value", result.value());
      node.set("protocol", protocol(result.protocol()));
    }
    return json.put("seconds", seconds);
  }

  /** What a look into a model folder has found. */
  public static ObjectNode inspection(ModelInspection inspection) {
    ObjectNode json = begin(DocumentKind.INSPECT).put("model", inspection.model());
    json.put("weights", inspection.weights())
        .put("sparsity", inspection.sparsity())
        .put("bytes", inspection.bytes());
    inspection
        .pattern()
        .ifPresent(
            pattern ->
                json.put("pattern", pattern).put("holds", inspection.violations().isEmpty()));
    ArrayNode linears = json.putArray("linears");
    for (ModelInspection.LinearInspection linear : inspection.linears()) {
      ObjectNode node = linears.addObject().put("name", linear.name());
      node.putArray("shape").add(linear.rows()).add(linear.cols());
      node.put("dtype", linear.dtype())
          .put("bytes", linear.bytes())
          .put("zeros", linear.zeros())
          .put("sparsity", linear.sparsity());
      node.set("patterns", Json.of(linear.patterns()));
      node.set("kept", Json.of(linear.kept()));
      if (inspection.pattern().isPresent()) {
        node.put("holds", linear.violation().isEmpty());
        linear.violation().ifPresent(violation -> node.put("violation", violation));
      }
    }
    return json;
  }

  /**
   * Why there is no other document. It is made without the native library, which may be the reason.
   *
   * @param fault which family of faults it belongs to
   * @param message the sentence that people are told
   * @param advice the options that would change it, such as {@code --output}
   */
  public static ObjectNode error(int exitCode, String fault, String message, List<String> advice) {
    ObjectNode json =
        DocumentKind.ERROR
            .begin()
            .put("exit_code", exitCode)
            .put("fault", fault)
            .put("message", message);
    json.set("options", Json.of(advice));
    return json;
  }

  private static ObjectNode protocol(Perplexity.Protocol protocol) {
    return Json.object()
        .put("digest", protocol.digest())
        .put("seq_len", protocol.seqLen())
        .put("windows", protocol.windows())
        .put("dtype", protocol.dtype());
  }

  /** A document as indented UTF-8 with a final line break. */
  public static byte[] bytes(ObjectNode json) {
    return text(json).getBytes(StandardCharsets.UTF_8);
  }

  /** A document as indented text with a final line break. */
  public static String text(ObjectNode json) {
    return Json.pretty(json) + "\n";
  }
}
