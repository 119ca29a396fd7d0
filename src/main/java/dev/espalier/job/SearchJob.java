package dev.espalier.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.Listing;
import dev.espalier.NumericalException;
import dev.espalier.Progress;
import dev.espalier.Setting;
import dev.espalier.allocation.FileAllocation;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.evaluation.Perplexity;
import dev.espalier.files.ProtectedFiles;
import dev.espalier.report.LinearSparsities;
import dev.espalier.report.Origin;
import dev.espalier.report.ReportJson;
import dev.espalier.report.SearchReport;
import dev.espalier.report.html.SearchPage;
import dev.espalier.run.OpenedRun;
import dev.espalier.run.PruningRun;
import dev.espalier.run.PruningSettings;
import dev.espalier.run.StoredAllocations;
import dev.espalier.search.AllocationSearch;
import dev.espalier.search.TrialJournal;
import dev.espalier.text.TextSource;
import dev.espalier.text.TokenWindows;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Finds the best allocation for a model without reloading it, and without a look at a test text.
 */
public final class SearchJob {
  private SearchJob() {}

  /**
   * Runs the search, or what an interrupted one of the same request has left of it, and writes the
   * best allocation to the request's output, and a page beside it.
   *
   * @throws BadInputException if something the user gave cannot be used, or no candidate can be
   *     measured; no trials are left then
   * @throws NumericalException if there is no computing with the model in these settings; no trials
   *     are left then either
   */
  public static SearchReport run(SearchRequest request, Progress progress) {
    Origin origin = Origin.now(request.run().command());
    long start = System.nanoTime();
    try (ReportFiles output =
            ReportFiles.ofJson(request.output(), inputs(request), request.overwrite());
        OpenedRun opened =
            OpenedRun.open(request.run().spillingBeside(request.output()), progress)) {
      requireOneTarget(request, opened.run());
      TokenWindows criterion = criterion(request, opened);
      requirePossible(request, opened.run());
      TrialJournal journal = journal(request, opened, criterion);
      ObjectNode whole =
          identity(request, opened, criterion)
              .put("candidates", request.candidates().toString())
              .put("criterion_is_a_test_text", request.test().isPresent());
      Optional<SearchReport> finished = output.finished(whole, SearchReport.class);
      if (finished.isPresent()) {
        opened
            .notes()
            .note(request.output() + " is this search's result already; nothing was done.");
        return finished.get();
      }
      AllocationSearch search = search(request, opened.run(), criterion, journal);
      opened.tellHowTextsWereRead();
      SearchReport report = report(request, opened, criterion, search, origin, start);
      output.write(
          SearchPage.of(report), ReportJson.bytes(ReportJson.search(report)), whole, report);
      journal.remove();
      return report;
    }
  }

  private static AllocationSearch search(
      SearchRequest request, PruningRun run, TokenWindows criterion, TrialJournal journal) {
    try {
      return AllocationSearch.over(
          request.candidates(), run, criterion, request.exhaustive(), journal);
    } catch (BadInputException | NumericalException e) {
      journal.remove(); // the same settings would end here again
      throw e;
    }
  }

  private static ProtectedFiles inputs(SearchRequest request) {
    return new ProtectedFiles()
        .and(request.run().model())
        .and(request.run().statistics())
        .and(request.run().text().text().files())
        .and(request.test().flatMap(TextSource::file))
        .and(FileAllocation.files(request.candidates().known()));
  }

  /** Candidates compete at one sparsity. */
  private static void requireOneTarget(SearchRequest request, PruningRun run) {
    StoredAllocations stored = request.run().stored();
    if (stored.ownTotals(run.settings().pattern()) && stored.total(run.shapes()).isEmpty()) {
      throw new BadInputException(
          "the sparsities in %s make different totals of the model; say which one is meant"
              .formatted(
                  Listing.and(stored.files().stream().map(f -> f.file().toString()).toList())),
          Setting.SPARSITY);
    }
  }

  private static void requirePossible(SearchRequest request, PruningRun run) {
    for (SparsityAllocation allocation : request.candidates().known()) {
      if (allocation.needs().isEmpty()) {
        allocation.densities(run.settings().sparsity(), run.shapes());
      }
    }
  }

  private static TokenWindows criterion(SearchRequest request, OpenedRun opened) {
    return request
        .test()
        .map(text -> opened.evaluation(List.of(text)).get(0).first(request.windows()))
        .orElseGet(() -> opened.heldOut(request.windows()));
  }

  /** The allocations that come from files, with what these hold. */
  private static String files(SearchRequest request) {
    return request.candidates().known().stream()
        .filter(FileAllocation.class::isInstance)
        .toList()
        .toString();
  }

  private static TrialJournal journal(
      SearchRequest request, OpenedRun opened, TokenWindows criterion) {
    Path output = request.output();
    return TrialJournal.open(
        output.resolveSibling(output.getFileName() + ".partial"),
        identity(request, opened, criterion),
        false);
  }

  /** All that a trial depends on besides its allocation. */
  private static ObjectNode identity(
      SearchRequest request, OpenedRun opened, TokenWindows criterion) {
    ObjectNode identity = opened.identity();
    identity
        .putObject("criterion")
        .put("windows", criterion.count())
        .put("digest", criterion.digest());
    return identity
        .put("exhaustive", request.exhaustive())
        .put("files", files(request)); // their trials bear their names alone
  }

  private static SearchReport report(
      SearchRequest request,
      OpenedRun opened,
      TokenWindows criterion,
      AllocationSearch search,
      Origin origin,
      long start) {
    PruningRun run = opened.run();
    PruningSettings settings = run.settings();
    return new SearchReport(
        request.run().model().toString(),
        settings.method().name(),
        settings.method().parameters(),
        settings.pattern().describe(),
        settings.sparsity(),
        opened.calibrationReport().orElseThrow(),
        Perplexity.Protocol.of(criterion, run.model().placement().dtypeName()),
        request.test().isPresent(),
        search.trials(),
        search.bestTrial(),
        new LinearSparsities(run.plan(search.best()).byName(run.shapes())),
        origin.about(opened.hub()),
        (System.nanoTime() - start) / 1e9);
  }
}
