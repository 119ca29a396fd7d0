package dev.espalier.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.Plural;
import dev.espalier.Progress;
import dev.espalier.allocation.FileAllocation;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.evaluation.Perplexity;
import dev.espalier.files.ProtectedFiles;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.model.DecoderModel;
import dev.espalier.pruning.PatternCheck;
import dev.espalier.report.ReportJson;
import dev.espalier.report.SearchReport;
import dev.espalier.report.html.SearchPage;
import dev.espalier.run.LoadedModel;
import dev.espalier.run.PruningRun;
import dev.espalier.run.PruningSettings;
import dev.espalier.run.RecordedNotes;
import dev.espalier.run.RunIdentity;
import dev.espalier.search.AllocationSearch;
import dev.espalier.search.TrialJournal;
import dev.espalier.search.TrialRunner;
import dev.espalier.text.CalibrationDraw;
import dev.espalier.text.TokenWindows;
import java.nio.file.Path;
import java.util.List;

/**
 * Finds the best allocation for a model without reloading it, and without a look at a test text.
 */
public final class SearchJob {
  private SearchJob() {}

  /**
   * Runs the search, or what an interrupted one of the same request has left of it, and writes the
   * best allocation to the request's output, and a page beside it.
   */
  public static SearchReport run(SearchRequest request, Progress listener) {
    RecordedNotes told = new RecordedNotes(listener);
    long start = System.nanoTime();
    ReportFiles output = ReportFiles.ofJson(request.output(), inputs(request));
    try (LoadedModel loaded = LoadedModel.open(request.model(), request.compute())) {
      PruningSettings settings = request.settings();
      PatternCheck.require(settings.pattern(), loaded.decoder());
      int seqLen = loaded.seqLen(request.calibration().seqLen(), told);
      CalibrationDraw drawn = loaded.calibration(request.calibration(), seqLen);
      TokenWindows calibration = drawn.windows();
      TokenWindows criterion = criterion(request, loaded, drawn, seqLen);
      PruningRun run =
          new PruningRun(
              settings,
              loaded.decoder(),
              calibration,
              request
                  .statistics()
                  .map(f -> loaded.statistics(f, request.calibration(), calibration)),
              told);
      int trials = request.space().trials(settings.sparsity(), run.model().blockCount());
      requirePossible(request, run.model());
      TrialJournal journal = journal(request, loaded, run, criterion);
      told.note(
          "%s: each prunes the model with %s and is measured on %s of %s."
              .formatted(
                  Plural.of(trials, "trial"),
                  Plural.of(calibration.count(), "calibration window"),
                  Plural.of(criterion.count(), "window"),
                  criterion.source()));
      if (journal.size() > 0) {
        told.note("Resuming after %s.".formatted(Plural.of(journal.size(), "finished trial")));
      }
      AllocationSearch search;
      try (TrialRunner runner =
          new TrialRunner(
              run, loaded.folder().config(), loaded.weights(), criterion, request.exhaustive())) {
        run.measure(request.space().needs());
        search = new AllocationSearch(runner, journal, trials);
        search.search(request.space(), settings.sparsity(), run.model().blockCount());
      }
      SearchReport report = report(request, run, criterion, search, start);
      output.write(SearchPage.of(report), ReportJson.bytes(ReportJson.search(report)));
      journal.remove();
      return report;
    }
  }

  private static ProtectedFiles inputs(SearchRequest request) {
    return new ProtectedFiles()
        .and(request.model())
        .and(request.statistics())
        .and(request.calibration().text())
        .and(request.test())
        .and(FileAllocation.files(request.space().known()));
  }

  private static void requirePossible(SearchRequest request, DecoderModel model) {
    MeasuredModel dense = MeasuredModel.of(model.description());
    for (SparsityAllocation allocation : request.space().known()) {
      if (allocation.needs().isEmpty()) {
        allocation.densities(request.settings().sparsity(), dense);
      }
    }
  }

  private static TokenWindows criterion(
      SearchRequest request, LoadedModel loaded, CalibrationDraw drawn, int seqLen) {
    return request
        .test()
        .map(text -> loaded.evaluation(List.of(text), seqLen).get(0).first(request.windows()))
        .orElseGet(() -> drawn.heldOut(request.windows()));
  }

  /** The allocations that come from files, with what these hold. */
  private static String files(SearchRequest request) {
    return request.space().known().stream()
        .filter(FileAllocation.class::isInstance)
        .toList()
        .toString();
  }

  private static TrialJournal journal(
      SearchRequest request, LoadedModel loaded, PruningRun run, TokenWindows criterion) {
    ObjectNode identity =
        RunIdentity.of(loaded, run)
            .put("criterion", criterion.digest())
            .put("exhaustive", request.exhaustive())
            .put("files", files(request)); // their trials bear their names alone
    Path output = request.output();
    return TrialJournal.open(
        output.resolveSibling(output.getFileName() + ".partial"), identity, false);
  }

  private static SearchReport report(
      SearchRequest request,
      PruningRun run,
      TokenWindows criterion,
      AllocationSearch search,
      long start) {
    DecoderModel model = run.model();
    PruningSettings settings = request.settings();
    return new SearchReport(
        request.model().toString(),
        settings.method().name(),
        settings.pattern().describe(),
        settings.sparsity(),
        request.calibration().report(run.calibration()),
        Perplexity.Protocol.of(criterion, model.placement().dtypeName()),
        request.test().isPresent(),
        search.trials(),
        search.bestTrial(),
        run.plan(search.best()).byName(MeasuredModel.of(model.description())),
        (System.nanoTime() - start) / 1e9);
  }
}
