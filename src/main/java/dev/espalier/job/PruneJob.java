package dev.espalier.job;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.allocation.BlockScores;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.allocation.SparsityBudget;
import dev.espalier.allocation.SparsityPlan;
import dev.espalier.allocation.UniformAllocation;
import dev.espalier.calibration.HiddenStates;
import dev.espalier.calibration.InputStatistics;
import dev.espalier.calibration.TokenWindows;
import dev.espalier.checkpoint.ModelFolderWriter;
import dev.espalier.evaluation.MeasuredBlocks;
import dev.espalier.evaluation.Perplexity;
import dev.espalier.evaluation.PerplexityMeter;
import dev.espalier.kernels.Kernels;
import dev.espalier.kernels.Rounding;
import dev.espalier.kernels.ScoreSummary;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.LinearDescription;
import dev.espalier.pruning.LayerwisePruner;
import dev.espalier.pruning.PrunedBlocks;
import dev.espalier.pruning.PrunedModelWriter;
import dev.espalier.pruning.SparsityPattern.NofM;
import dev.espalier.report.CorpusPerplexity;
import dev.espalier.report.PruneReport;
import dev.espalier.report.ReportJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Prunes a model folder into a new one and measures what it cost. */
public final class PruneJob {
  private final PruneRequest request;
  private final JobListener listener;
  private final LoadedModel loaded;
  private final DecoderModel model;
  private final PhaseClock clock = new PhaseClock();
  private final List<String> notes = new ArrayList<>();

  private PruneJob(PruneRequest request, JobListener listener, LoadedModel loaded) {
    this.request = request;
    this.listener = listener;
    this.loaded = loaded;
    this.model = loaded.decoder();
  }

  /**
   * Runs the request, or what an interrupted run of the same request has left of it.
   *
   * @throws BadInputException if something the user gave cannot be used; no output is left then
   */
  public static PruneReport run(PruneRequest request, JobListener listener) {
    try (LoadedModel loaded = LoadedModel.open(request.model(), request.placement())) {
      return new PruneJob(request, listener, loaded).run();
    }
  }

  private PruneReport run() {
    checkPattern();
    int seqLen = loaded.seqLen(request.calibration().seqLen(), listener);
    TokenWindows calibration = loaded.calibration(request.calibration(), seqLen);
    List<TokenWindows> evaluation = loaded.evaluation(request.evaluation(), seqLen);
    try (ModelFolderWriter writer =
            ModelFolderWriter.open(
                loaded.folder(), request.output(), request.overwrite(), identity(calibration));
        PrunedModelWriter output = new PrunedModelWriter(writer, request.method())) {
      if (writer.resumed()) {
        note("Resuming after %d finished blocks.".formatted(output.finished()));
      }
      try {
        if (output.plan().isEmpty()) {
          output.follow(plan(request.allocation(), calibration));
        }
        prune(calibration, output);
      } catch (BadInputException e) {
        // A full disk is no reason to give up what is on it; the same command resumes.
        if (!(e.getCause() instanceof IOException)) {
          writer.discard();
        }
        throw e;
      }
      List<CorpusPerplexity> perplexity = evaluate(calibration, evaluation, output);
      PruneReport report = report(calibration, output, perplexity);
      writer.finish(Map.of("espalier.json", ReportJson.bytes(ReportJson.full(report))));
      return report;
    }
  }

  private void checkPattern() {
    if (!(request.pattern() instanceof NofM pattern)) {
      return;
    }
    for (LinearDescription linear : model.description().linears(0)) {
      if (linear.inFeatures() % pattern.group() != 0) {
        throw new BadInputException(
            "%s has %d columns, which groups of %d do not divide; choose another --pattern"
                .formatted(linear.name(), linear.inFeatures(), pattern.group()));
      }
    }
  }

  private SparsityPlan plan(SparsityAllocation allocation, TokenWindows calibration) {
    int blocks = model.blockCount();
    List<ScoreSummary> scores = List.of();
    if (allocation.needsScores()) {
      listener.begin("Allocating", (long) blocks * calibration.count());
      scores =
          clock.time(
              "allocate",
              () ->
                  BlockScores.measure(model, calibration, allocation.outlierMultiple(), listener));
      listener.end();
    }
    double[] densities = allocation.densities(request.sparsity(), blocks, scores);
    long[] parameters =
        IntStream.range(0, blocks)
            .mapToLong(
                i ->
                    model.description().linears(i).stream()
                        .mapToLong(LinearDescription::parameters)
                        .sum())
            .toArray();
    SparsityBudget budget =
        request.rounding() == Rounding.PUBLISHED ? SparsityBudget.PUBLISHED : SparsityBudget.EXACT;
    SparsityPlan plan = budget.settle(densities, parameters, request.sparsity());
    if (!plan.clampedBlocks().isEmpty()) {
      note(
          "The allocation left the possible range in blocks %s; they were clamped."
              .formatted(plan.clampedBlocks()));
    }
    return plan;
  }

  private void prune(TokenWindows calibration, PrunedModelWriter output) {
    if (output.finished() == model.blockCount()) {
      return;
    }
    // Statistics and the pruned block's outputs; the last block has no successor.
    int passes = request.method().statistics() == InputStatistics.Kind.NONE ? 1 : 2;
    long steps = (long) passes * model.blockCount() - 1 - (passes - 1L) * output.finished();
    listener.begin("Pruning", steps * calibration.count());
    clock.time("prune", () -> prune(calibration, output.plan().orElseThrow(), output, listener));
    listener.end();
  }

  private void prune(
      TokenWindows calibration, SparsityPlan plan, PrunedBlocks output, Progress progress) {
    try (HiddenStates hidden = HiddenStates.embed(model, calibration, progress)) {
      new LayerwisePruner(model, request.method(), request.pattern(), plan, request.rounding())
          .prune(hidden, output);
    }
  }

  private List<CorpusPerplexity> evaluate(
      TokenWindows calibration, List<TokenWindows> texts, PrunedModelWriter output) {
    List<Perplexity> dense = new ArrayList<>();
    List<Perplexity> pruned = new ArrayList<>();
    try (DecoderModel result =
        DecoderModel.open(loaded.folder().config(), output.weights(), model.placement())) {
      for (TokenWindows windows : texts) {
        listener.begin("Evaluating", 2L * (model.blockCount() + 1) * windows.count());
        clock.time(
            "evaluate",
            () -> {
              dense.add(Perplexity.measure(model, windows, listener));
              pruned.add(Perplexity.measure(result, windows, listener));
            });
        listener.end();
      }
    }
    List<Perplexity> uniform =
        request.compareUniform() ? measureUniform(calibration, texts) : List.of();
    return IntStream.range(0, texts.size())
        .mapToObj(
            i ->
                new CorpusPerplexity(
                    dense.get(i).protocol(),
                    dense.get(i).value(),
                    pruned.get(i).value(),
                    uniform.isEmpty()
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(uniform.get(i).value())))
        .toList();
  }

  /** Prunes uniformly without storing anything. */
  private List<Perplexity> measureUniform(TokenWindows calibration, List<TokenWindows> texts) {
    List<PerplexityMeter> meters =
        texts.stream().map(windows -> new PerplexityMeter(model, windows, Progress.NONE)).toList();
    try {
      listener.begin("Comparing with uniform", (2L * model.blockCount() - 1) * calibration.count());
      clock.time(
          "compare",
          () -> {
            SparsityPlan plan = plan(new UniformAllocation(), calibration);
            prune(calibration, plan, new MeasuredBlocks(meters), listener);
          });
      listener.end();
      return meters.stream().map(PerplexityMeter::finish).toList();
    } finally {
      meters.forEach(PerplexityMeter::close);
    }
  }

  private PruneReport report(
      TokenWindows calibration, PrunedModelWriter output, List<CorpusPerplexity> perplexity) {
    CalibrationSettings settings = request.calibration();
    PruneReport report =
        new PruneReport(
            request.model().toString(),
            request.output().toString(),
            request.method().name(),
            new PruneReport.Allocation(
                request.allocation().name(), request.allocation().parameters()),
            request.pattern().describe(),
            request.rounding().name().toLowerCase(Locale.ROOT),
            request.sparsity(),
            new PruneReport.Calibration(
                settings.text().toString(),
                calibration.count(),
                calibration.seqLen(),
                settings.seed(),
                calibration.digest()),
            new PruneReport.Compute(
                model.placement().device(), model.placement().dtypeName(), Kernels.threads()),
            output.results(),
            perplexity,
            clock.seconds(),
            PeakMemory.bytes(),
            notes);
    return report;
  }

  private void note(String sentence) {
    notes.add(sentence);
    listener.note(sentence);
  }

  /** What must be equal for an unfinished result to be taken up. */
  private ObjectNode identity(TokenWindows calibration) {
    return new ObjectMapper()
        .createObjectNode()
        .put("version", Kernels.version())
        .put("checkpoint", loaded.folder().digest())
        .put("method", request.method().toString())
        .put("pattern", request.pattern().describe())
        .put("allocation", request.allocation().toString())
        .put("sparsity", request.sparsity())
        .put("rounding", request.rounding().name())
        .put("calibration", calibration.digest())
        .put("device", model.placement().device())
        .put("dtype", model.placement().dtypeName());
  }
}
