package dev.espalier.job;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.calibration.TokenWindows;
import dev.espalier.checkpoint.ModelFolderWriter;
import dev.espalier.checkpoint.StorageException;
import dev.espalier.kernels.Kernels;
import dev.espalier.kernels.Rounding;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.LinearDescription;
import dev.espalier.model.Placement;
import dev.espalier.pruning.PrunedModelWriter;
import dev.espalier.report.CorpusPerplexity;
import dev.espalier.report.PruneReport;
import dev.espalier.report.ReportJson;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prunes a model folder into a new one and measures what it cost. */
public final class PruneJob {
  /** Far above what rounding leaves, far below what anyone would overlook. */
  private static final double ZEROS_BEYOND_TARGET = 0.002;

  private PruneJob() {}

  /**
   * Runs the request, or what an interrupted run of the same request has left of it.
   *
   * @throws BadInputException if something the user gave cannot be used; nothing is left of the
   *     output then, unless the disk was full
   */
  public static PruneReport run(PruneRequest request, JobListener listener) {
    try (LoadedModel loaded = LoadedModel.open(request.model(), request.compute())) {
      checkPattern(request, loaded.decoder());
      int seqLen = loaded.seqLen(request.calibration().seqLen(), listener);
      TokenWindows calibration = loaded.calibration(request.calibration(), seqLen);
      List<TokenWindows> evaluation = loaded.evaluation(request.evaluation(), seqLen);
      PruneRun run = new PruneRun(request, loaded.decoder(), calibration, listener);
      try (ModelFolderWriter writer =
          ModelFolderWriter.open(
              loaded.folder(), request.output(), request.overwrite(), identity(loaded, run))) {
        try {
          return run(run, loaded, evaluation, writer);
        } catch (StorageException e) {
          throw e;
        } catch (BadInputException e) {
          writer.discard();
          throw e;
        }
      }
    }
  }

  private static PruneReport run(
      PruneRun run, LoadedModel loaded, List<TokenWindows> texts, ModelFolderWriter writer) {
    PruneReport report;
    try (PrunedModelWriter output = new PrunedModelWriter(writer, run.request().method())) {
      if (writer.resumed()) {
        run.note("Resuming after %d finished blocks.".formatted(output.finished()));
      }
      if (output.plan().isEmpty()) {
        output.follow(run.plan(run.request().allocation()));
      }
      run.prune("Pruning", "prune", output.plan().orElseThrow(), output);
      noteZerosBeyondTarget(run, output);
      try (DecoderModel pruned =
          DecoderModel.open(loaded.folder().config(), output.weights(), run.model().placement())) {
        report = report(run, output, new PerplexityComparison(run, texts).measure(pruned));
      }
    }
    writer.finish(Map.of("espalier.json", ReportJson.bytes(ReportJson.full(report))));
    return report;
  }

  /** Zeros that were there before cannot come back, wherever the plan wants fewer. */
  private static void noteZerosBeyondTarget(PruneRun run, PrunedModelWriter output) {
    boolean beyond =
        output.results().stream()
            .anyMatch(block -> block.sparsity() > block.target() + ZEROS_BEYOND_TARGET);
    if (run.request().rounding() == Rounding.EXACT && beyond) {
      run.note("The model was sparser than its target in some blocks already; zeros stay zeros.");
    }
  }

  private static void checkPattern(PruneRequest request, DecoderModel model) {
    int group = request.pattern().group();
    for (int block = 0; block < model.blockCount(); block++) {
      for (LinearDescription linear : model.description().linears(block)) {
        if (linear.inFeatures() % group != 0) {
          throw new BadInputException(
              "%s has %d columns, which groups of %d do not divide; choose another --pattern"
                  .formatted(linear.name(), linear.inFeatures(), group));
        }
      }
    }
  }

  /** What must be equal for an unfinished result to be taken up. */
  private static ObjectNode identity(LoadedModel loaded, PruneRun run) {
    PruneRequest request = run.request();
    return new ObjectMapper()
        .createObjectNode()
        .put("version", Kernels.version())
        .put("checkpoint", loaded.folder().digest())
        .put("method", request.method().toString())
        .put("pattern", request.pattern().describe())
        .put("allocation", request.allocation().toString())
        .put("sparsity", request.sparsity())
        .put("rounding", request.rounding().name())
        .put("calibration", run.calibration().digest())
        .put("device", run.model().placement().device().toString())
        .put("dtype", run.model().placement().dtypeName());
  }

  private static PruneReport report(
      PruneRun run, PrunedModelWriter output, List<CorpusPerplexity> perplexity) {
    PruneRequest request = run.request();
    TokenWindows calibration = run.calibration();
    Placement placement = run.model().placement();
    return new PruneReport(
        request.model().toString(),
        request.output().toString(),
        request.method().name(),
        new PruneReport.Allocation(request.allocation().name(), request.allocation().parameters()),
        request.pattern().describe(),
        request.rounding().name().toLowerCase(Locale.ROOT),
        request.sparsity(),
        new PruneReport.Calibration(
            request.calibration().text().toString(),
            calibration.count(),
            calibration.seqLen(),
            request.calibration().seed(),
            calibration.digest()),
        new PruneReport.Compute(
            placement.device().toString(), placement.dtypeName(), Kernels.threads()),
        output.results(),
        perplexity,
        run.clock().seconds(),
        PeakMemory.bytes(),
        run.notes());
  }
}
