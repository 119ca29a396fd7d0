package dev.espalier.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.Plural;
import dev.espalier.Progress;
import dev.espalier.allocation.FileAllocation;
import dev.espalier.checkpoint.ModelFolderWriter;
import dev.espalier.device.Placement;
import dev.espalier.files.ProtectedFiles;
import dev.espalier.files.StorageException;
import dev.espalier.kernels.Kernels;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.model.DecoderModel;
import dev.espalier.pruning.BlockResult;
import dev.espalier.pruning.PatternCheck;
import dev.espalier.pruning.PrunedModelWriter;
import dev.espalier.report.CorpusPerplexity;
import dev.espalier.report.PruneReport;
import dev.espalier.report.ReportJson;
import dev.espalier.report.html.PrunePage;
import dev.espalier.run.LoadedModel;
import dev.espalier.run.PruningRun;
import dev.espalier.run.PruningSettings;
import dev.espalier.run.RecordedNotes;
import dev.espalier.run.RunIdentity;
import dev.espalier.run.Warnings;
import dev.espalier.search.AllocationChoice;
import dev.espalier.search.TrialJournal;
import dev.espalier.statistics.FirstBlockOnce;
import dev.espalier.text.CalibrationDraw;
import dev.espalier.text.TokenWindows;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Prunes a model folder into a new one and measures what it cost. */
public final class PruneJob {
  private PruneJob() {}

  /**
   * Runs the request, or what an interrupted run of the same request has left of it.
   *
   * @throws BadInputException if something the user gave cannot be used; nothing is left of the
   *     output then, unless the file system refused something or the model was about to be finished
   */
  public static PruneReport run(PruneRequest request, Progress listener) {
    RecordedNotes told = new RecordedNotes(listener);
    new ProtectedFiles()
        .and(request.calibration().text())
        .and(request.evaluation())
        .and(request.statistics())
        .requireOutside(request.output());
    try (LoadedModel loaded = LoadedModel.open(request.model(), request.compute())) {
      PatternCheck.require(request.settings().pattern(), loaded.decoder());
      int seqLen = loaded.seqLen(request.calibration().seqLen(), told);
      CalibrationDraw drawn = loaded.calibration(request.calibration(), seqLen);
      TokenWindows calibration = drawn.windows();
      Optional<TokenWindows> heldOut = AllocationChooser.heldOut(request, drawn);
      List<TokenWindows> evaluation = loaded.evaluation(request.evaluation(), seqLen);
      PruningRun run =
          new PruningRun(
              request.settings(),
              loaded.decoder(),
              calibration,
              request
                  .statistics()
                  .map(f -> loaded.statistics(f, request.calibration(), calibration)),
              told);
      try (ModelFolderWriter writer =
          ModelFolderWriter.open(
              loaded.folder(),
              request.output(),
              request.overwrite(),
              identity(request, loaded, run))) {
        TrialJournal trials =
            AllocationChooser.journal(request, heldOut, identity(request, loaded, run));
        PruneReport report;
        try {
          report = run(request, run, loaded, heldOut, trials, evaluation, writer);
        } catch (StorageException e) {
          throw e;
        } catch (BadInputException e) {
          writer.discard();
          throw e;
        }
        writer.finish(
            Map.of(
                "espalier.json", ReportJson.bytes(ReportJson.full(report)),
                "report.html", PrunePage.of(report)));
        trials.remove();
        return report;
      }
    }
  }

  private static PruneReport run(
      PruneRequest request,
      PruningRun run,
      LoadedModel loaded,
      Optional<TokenWindows> heldOut,
      TrialJournal trials,
      List<TokenWindows> texts,
      ModelFolderWriter writer) {
    PrunedModelWriter output =
        new PrunedModelWriter(writer, run.settings().method(), run.clock()::phases);
    run.clock().resume(output.taken(PruneReport.Phase.class));
    try (FirstBlockOnce firstBlock = new FirstBlockOnce()) {
      if (writer.resumed()) {
        run.listener()
            .note("Resuming after %s.".formatted(Plural.of(output.finished(), "finished block")));
      }
      if (output.plan().isEmpty()) {
        AllocationChooser.Choice choice =
            AllocationChooser.choose(request, run, loaded, heldOut, trials);
        output.follow(run.plan(choice.allocation()), choice.report());
      }
      boolean compare = !texts.isEmpty() && compareUniform(request, output);
      PruningRun pruning = compare ? run.sharing(firstBlock) : run;
      pruning.prune("Pruning", output.plan().orElseThrow(), output);
      warn(request, run, output);
      try (DecoderModel pruned =
          DecoderModel.open(loaded.folder().config(), output.weights(), run.model().placement())) {
        return report(
            request,
            run,
            loaded,
            output,
            new PerplexityComparison(pruning, texts, compare).measure(pruned));
      }
    }
  }

  private static boolean compareUniform(PruneRequest request, PrunedModelWriter output) {
    String chosen = output.origin(PruneReport.Allocation.class).name();
    return request.compareUniform() && !chosen.equals("uniform");
  }

  /** Also of what an interrupted run had warned of. */
  private static void warn(PruneRequest request, PruningRun run, PrunedModelWriter output) {
    if (request.allocation() instanceof AllocationChoice.Named named
        && named.allocation() instanceof FileAllocation file) {
      MeasuredModel model = MeasuredModel.of(run.model().description());
      Warnings.otherTotal(file, run.settings(), model).ifPresent(run.listener()::warn);
    }
    List<String> clamped = output.plan().orElseThrow().clamped();
    if (!clamped.isEmpty()) {
      String allocation = output.origin(PruneReport.Allocation.class).name();
      run.listener().warn(Warnings.clamped(allocation, clamped, run.settings().rounding()));
    }
    List<BlockResult> results = output.results();
    Warnings.zerosBeyondTarget(run.settings(), results).ifPresent(run.listener()::warn);
    Warnings.raisedDamping(run.settings(), results).ifPresent(run.listener()::warn);
  }

  private static ObjectNode identity(PruneRequest request, LoadedModel loaded, PruningRun run) {
    return RunIdentity.of(loaded, run).put("allocation", request.allocation().toString());
  }

  private static PruneReport report(
      PruneRequest request,
      PruningRun run,
      LoadedModel loaded,
      PrunedModelWriter output,
      List<CorpusPerplexity> perplexity) {
    PruningSettings settings = request.settings();
    Placement placement = run.model().placement();
    return new PruneReport(
        request.model().toString(),
        loaded.folder().digest(),
        request.output().toString(),
        settings.method().name(),
        output.origin(PruneReport.Allocation.class),
        settings.pattern().describe(),
        settings.rounding().keyword(),
        settings.sparsity(),
        request.calibration().report(run.calibration()),
        new PruneReport.Compute(
            placement.device().toString(), placement.dtypeName(), Kernels.threads()),
        output.results(),
        perplexity,
        run.clock().phases(),
        run.listener().warnings(),
        run.listener().notes());
  }
}
