package dev.espalier.job;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.NumericalException;
import dev.espalier.Plural;
import dev.espalier.Progress;
import dev.espalier.StorageException;
import dev.espalier.allocation.FileAllocation;
import dev.espalier.allocation.SparsityPlan;
import dev.espalier.checkpoint.ContentDigest;
import dev.espalier.checkpoint.LeftBehind;
import dev.espalier.checkpoint.LeftTraces;
import dev.espalier.checkpoint.ModelFolderWriter;
import dev.espalier.checkpoint.StartedCommand;
import dev.espalier.device.CudaNumerics;
import dev.espalier.device.Placement;
import dev.espalier.files.Json;
import dev.espalier.files.ProtectedFiles;
import dev.espalier.files.RunRecord;
import dev.espalier.kernels.Kernels;
import dev.espalier.model.DecoderModel;
import dev.espalier.pruning.PrunedModelWriter;
import dev.espalier.report.CorpusPerplexity;
import dev.espalier.report.Origin;
import dev.espalier.report.PruneReport;
import dev.espalier.report.ReportJson;
import dev.espalier.report.html.PrunePage;
import dev.espalier.run.OpenedRun;
import dev.espalier.run.PruningRun;
import dev.espalier.run.PruningSettings;
import dev.espalier.run.Warnings;
import dev.espalier.run.ZeroWarnings;
import dev.espalier.search.AllocationChoice;
import dev.espalier.search.TrialJournal;
import dev.espalier.statistics.FirstBlockOnce;
import dev.espalier.text.TextSource;
import dev.espalier.text.TokenWindows;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Prunes a model folder into a new one and measures what it cost. */
public final class PruneJob {
  private static final String TRIALS = "trials.json";

  private final PruneRequest request;
  private final Origin origin;
  private final OpenedRun opened;
  private final PruningRun run;
  private final ContentDigest content;
  private final long start;

  /** What the phases of an interrupted run had taken. */
  private double before;

  private PruneJob(
      PruneRequest request, Origin origin, OpenedRun opened, ContentDigest content, long start) {
    this.request = request;
    this.origin = origin;
    this.opened = opened;
    this.run = opened.run();
    this.content = content;
    this.start = start;
  }

  /**
   * Runs the request, or what an interrupted run of the same request has left of it.
   *
   * @throws BadInputException if something the user gave cannot be used; nothing is left of the
   *     output then, unless the model was about to be finished
   * @throws NumericalException if there is no computing with the model in these settings; nothing
   *     is left then either
   * @throws StorageException if the file system refuses something; finished blocks are kept
   */
  public static PruneReport run(PruneRequest request, Progress progress) {
    Origin origin = Origin.now(request.run().command());
    long start = System.nanoTime();
    new ProtectedFiles()
        .and(request.calibration().text().files())
        .and(request.evaluation().stream().flatMap(text -> text.file().stream()).toList())
        .and(request.statistics())
        .and(FileAllocation.files(request.allocation().known()))
        .requireOutside(request.output());
    request.evaluation().forEach(TextSource::requireReadable);
    try (OpenedRun opened =
            OpenedRun.open(request.run().spillingBeside(request.output()), progress);
        ContentDigest content = ContentDigest.begin(opened.folder())) {
      return new PruneJob(request, origin, opened, content, start).run();
    }
  }

  /**
   * The command line that began an unfinished output, for it to be given again.
   *
   * @throws BadInputException if there is none
   */
  public static String command(Path output) {
    return StartedCommand.of(output);
  }

  private PruneReport run() {
    Optional<TokenWindows> criterion = request.allocation().criterion(opened);
    List<TokenWindows> texts = opened.evaluation(request.evaluation());
    ObjectNode whole = identity(texts);
    Optional<PruneReport> finished = request.overwrite() ? Optional.empty() : finished(whole);
    if (finished.isPresent()) {
      tidy(criterion);
      opened.notes().note(request.output() + " is this run's result already; nothing was done.");
      return finished.get();
    }
    new PrunePlan(request, opened, criterion, texts).requireFit();
    try (ModelFolderWriter writer =
        ModelFolderWriter.open(
            opened.folder(), request.output(), request.overwrite(), identity(), whole)) {
      request.run().command().ifPresent(writer::remember);
      TrialJournal trials = journal(writer, criterion);
      PruneReport report;
      try {
        report = run(writer, criterion, trials, texts);
      } catch (BadInputException | NumericalException e) {
        // The same settings would end here again. After a StorageException what is finished waits.
        writer.discard();
        if (trials.size() > 0) { // else the file, if there is one, is another search's
          trials.remove();
        }
        throw e;
      }
      writer.finish(
          Map.of("espalier.json", ReportJson.bytes(ReportJson.prune(report))),
          PrunePage.of(report),
          Json.of(report));
      trials.remove();
      return report;
    }
  }

  /** What an earlier run of the same has found, if its output is as it was written. */
  private Optional<PruneReport> finished(ObjectNode whole) {
    return RunRecord.read(request.output().resolve("report.html"))
        .filter(record -> record.isOf(whole) && record.changed(request.output()).isEmpty())
        .flatMap(record -> record.result(PruneReport.class));
  }

  private ObjectNode identity() {
    ObjectNode identity = opened.identity();
    identity
        .putObject("allocation")
        .put("name", request.allocation().name())
        .put("digest", request.allocation().toString());
    return identity;
  }

  /** With what does not change the pruned weights, but the result as a whole. */
  private ObjectNode identity(List<TokenWindows> texts) {
    ObjectNode identity = identity();
    ArrayNode evaluation = identity.putArray("evaluation");
    texts.forEach(
        text -> evaluation.addObject().put("name", text.source()).put("digest", text.digest()));
    return identity.put("comparison_with_uniform", request.compareUniform());
  }

  /** Removes what a crash right after the last renaming has left. */
  private void tidy(Optional<TokenWindows> criterion) {
    LeftTraces traces = new LeftTraces(request.output());
    traces.remove();
    for (Path file : traces.workFiles(TRIALS)) {
      TrialJournal left = TrialJournal.open(file, key(criterion), true);
      if (left.size() > 0) {
        left.remove();
      }
    }
  }

  /** What the trials depend on. */
  private ObjectNode key(Optional<TokenWindows> criterion) {
    ObjectNode key = identity();
    criterion.ifPresent(windows -> key.put("criterion", windows.digest()));
    return key;
  }

  /**
   * The trials of an interrupted search. They stay until the model is finished: only then is their
   * outcome safe. Those of another search are discarded with the output that is overwritten.
   */
  private TrialJournal journal(ModelFolderWriter writer, Optional<TokenWindows> criterion) {
    return TrialJournal.open(
        writer.workFile(TRIALS), key(criterion), request.overwrite() || criterion.isEmpty());
  }

  private PruneReport run(
      ModelFolderWriter writer,
      Optional<TokenWindows> criterion,
      TrialJournal trials,
      List<TokenWindows> texts) {
    try (PrunedModelWriter output =
            new PrunedModelWriter(writer, run.settings().method(), run.clock()::phases);
        FirstBlockOnce firstBlock = new FirstBlockOnce()) {
      LeftBehind.sentence(writer.leftBehind()).ifPresent(run.notes()::note);
      List<PruneReport.Phase> taken = output.taken(PruneReport.Phase.class);
      before = taken.stream().mapToDouble(PruneReport.Phase::seconds).sum();
      run.clock().resume(taken);
      if (writer.resumed()) {
        run.notes()
            .note("Resuming after %s.".formatted(Plural.of(output.finished(), "finished block")));
      }
      if (output.plan().isEmpty()) {
        boolean tried = criterion.isPresent();
        if (tried) {
          forecast(writer, criterion, texts);
        }
        AllocationChoice.Settled settled = request.allocation().settle(run, criterion, trials);
        output.follow(run.plan(settled.allocation()), settled.report());
        if (!tried) { // what is named may be impossible, which is said alone
          forecast(writer, criterion, texts);
        }
      }
      SparsityPlan plan = output.plan().orElseThrow();
      PruneReport.Allocation origin = output.origin(PruneReport.Allocation.class);
      warn(plan, origin);
      boolean compare =
          request.compareUniform() && !texts.isEmpty() && !origin.name().equals("uniform");
      PruningRun pruning = compare ? run.sharing(firstBlock) : run;
      pruning.prune("Pruning", plan, output);
      warn(output);
      try (DecoderModel pruned = run.model().with(output.weights())) {
        return report(output, new PerplexityComparison(pruning, texts, compare).measure(pruned));
      }
    }
  }

  private void forecast(
      ModelFolderWriter writer, Optional<TokenWindows> criterion, List<TokenWindows> texts) {
    boolean compared =
        request.compareUniform()
            && !texts.isEmpty()
            && !request.allocation().name().equals("uniform");
    long choosing = criterion.isPresent() ? request.allocation().passes(run, criterion) : 0;
    Forecast.of(run, choosing, texts, compared, writer.bytesToCome())
        .ifPresent(forecast -> run.notes().tell(forecast.sentence()));
  }

  /** Of the plan, be it new or an interrupted run's. */
  private void warn(SparsityPlan plan, PruneReport.Allocation origin) {
    Warnings.clamped(origin.name(), plan.clamped(), run.settings().rounding())
        .ifPresent(run.notes()::warn);
    if (request.allocation() instanceof AllocationChoice.Named named) {
      Warnings.otherTotal(named.allocation(), run.settings(), run.shapes())
          .ifPresent(run.notes()::warn);
    }
  }

  /** Of all blocks, those of an interrupted run included. */
  private void warn(PrunedModelWriter output) {
    ZeroWarnings.tell(run.settings(), output.results(), run.notes());
    Warnings.raisedDamping(run.settings(), output.results()).ifPresent(run.notes()::warn);
    Warnings.fewTokens(run.settings(), output.results()).ifPresent(run.notes()::warn);
  }

  private PruneReport report(PrunedModelWriter output, List<CorpusPerplexity> perplexity) {
    opened.tellHowTextsWereRead();
    PruningSettings settings = run.settings();
    Placement placement = run.model().placement();
    return new PruneReport(
        request.model().toString(),
        opened.folder().digest(),
        content.await(),
        request.output().toString(),
        settings.method().name(),
        settings.method().parameters(),
        output.origin(PruneReport.Allocation.class),
        settings.pattern().describe(),
        settings.rounding().keyword(),
        settings.sparsity(),
        run.keepsZeros(),
        opened.calibrationReport().orElseThrow(),
        new PruneReport.Compute(
            placement.device().toString(),
            placement.dtypeName(),
            Kernels.threads(),
            placement.device().isCuda() ? CudaNumerics.choices() : new TreeMap<>()),
        output.results(),
        perplexity,
        origin.about(opened.hub()),
        (System.nanoTime() - start) / 1e9 + before,
        run.clock().phases(),
        run.notes().warnings(),
        run.notes().notes());
  }
}
