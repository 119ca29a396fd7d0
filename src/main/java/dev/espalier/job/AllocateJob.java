package dev.espalier.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.Setting;
import dev.espalier.allocation.FileAllocation;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.allocation.SparsityPlan;
import dev.espalier.files.ProtectedFiles;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.measurement.Measurement;
import dev.espalier.report.AllocationReport;
import dev.espalier.report.LinearSparsities;
import dev.espalier.report.Origin;
import dev.espalier.report.ReportJson;
import dev.espalier.report.html.AllocationPage;
import dev.espalier.run.OpenedRun;
import dev.espalier.run.PruningRun;
import dev.espalier.run.RunSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Allocations side by side, each once: one pass over the dense model measures what all of them
 * need.
 */
public final class AllocateJob {
  /** What allocations need does not depend on how many blocks there are. */
  private static final int ANY_BLOCKS = 2;

  private AllocateJob() {}

  /**
   * Measures the model and, where the request has an output, writes a page and JSON.
   *
   * @throws BadInputException if something the user gave cannot be used
   */
  public static AllocationReport run(AllocateRequest request, Progress progress) {
    Origin origin = Origin.now(request.run().command());
    try (OpenedRun opened = OpenedRun.open(settings(request), progress)) {
      double sparsity = opened.run().settings().sparsity();
      List<SparsityAllocation> allocations =
          made(request, sparsity, opened.run().model().blockCount());
      if (request.output().isEmpty()) {
        return measured(request, allocations, opened, origin);
      }
      Path page = request.output().get();
      try (ReportFiles output =
          ReportFiles.ofPage(page, inputs(request, allocations), request.overwrite())) {
        ObjectNode whole = opened.identity().put("allocations", allocations.toString());
        Optional<Kept> finished = output.finished(whole, Kept.class);
        if (finished.isPresent()) {
          opened.notes().note(page + " is this run's result already; nothing was done.");
          return report(request, opened, finished.get());
        }
        AllocationReport report = measured(request, allocations, opened, origin);
        output.write(
            AllocationPage.of(report),
            ReportJson.bytes(ReportJson.allocation(report)),
            whole,
            new Kept(report.plans(), report.origin(), report.notes()));
        return report;
      }
    }
  }

  /** What a report has that cannot be told without measuring. */
  private record Kept(List<AllocationReport.Plan> plans, Origin origin, List<String> notes) {}

  private static AllocationReport measured(
      AllocateRequest request,
      List<SparsityAllocation> allocations,
      OpenedRun opened,
      Origin origin) {
    PruningRun run = opened.run();
    run.measure(needs(allocations));
    opened.tellHowTextsWereRead();
    List<AllocationReport.Plan> plans =
        allocations.stream()
            .map(allocation -> plan(allocation, own(allocation, request, run)))
            .toList();
    List<String> notes =
        Stream.concat(run.notes().warnings().stream(), run.notes().notes().stream()).toList();
    return report(request, opened, new Kept(plans, origin.about(opened.hub()), notes));
  }

  private static List<SparsityAllocation> made(
      AllocateRequest request, double sparsity, int blocks) {
    return request.allocations().stream()
        .map(allocation -> allocation.of(sparsity, blocks))
        .distinct()
        .toList();
  }

  private static Set<Measurement> needs(List<SparsityAllocation> allocations) {
    return allocations.stream().flatMap(a -> a.needs().stream()).collect(Collectors.toSet());
  }

  /** The text is only looked at for allocations that do, or where statistics are kept by it. */
  private static RunSettings settings(AllocateRequest request) {
    boolean lookedAt =
        needs(made(request, request.run().pruning().sparsity(), ANY_BLOCKS)).stream()
            .anyMatch(Measurement::needsInputs);
    if (!lookedAt && request.run().statistics().isEmpty()) {
      return request.run().withoutCalibration();
    }
    if (request.run().calibration().isEmpty()) {
      throw new BadInputException(
          "a calibration text is needed: "
              + (lookedAt
                  ? "some of these allocations look at how the model takes a text"
                  : "statistics are kept by model and text"),
          Setting.CALIBRATION);
    }
    return request.run();
  }

  private static ProtectedFiles inputs(
      AllocateRequest request, List<SparsityAllocation> allocations) {
    return new ProtectedFiles()
        .and(request.run().model())
        .and(request.run().statistics())
        .and(request.run().calibration().map(text -> text.text().files()).orElse(List.of()))
        .and(FileAllocation.files(allocations));
  }

  private static AllocationReport report(AllocateRequest request, OpenedRun opened, Kept kept) {
    PruningRun run = opened.run();
    return new AllocationReport(
        request.run().model().toString(),
        run.settings().pattern().describe(),
        run.settings().sparsity(),
        opened.calibrationReport(),
        run.model().blockCount(),
        kept.plans(),
        kept.origin(),
        kept.notes());
  }

  /** Files of several totals keep theirs where no sparsity is asked for. */
  private static PruningRun own(
      SparsityAllocation allocation, AllocateRequest request, PruningRun run) {
    boolean own = request.run().stored().ownTotals(run.settings().pattern());
    return own && allocation instanceof FileAllocation file
        ? run.at(file.total(run.shapes()))
        : run;
  }

  private static AllocationReport.Plan plan(SparsityAllocation allocation, PruningRun run) {
    SparsityPlan plan = run.plan(allocation);
    run.cautions(allocation, plan).forEach(run.notes()::note);
    MeasuredModel shapes = run.shapes();
    return new AllocationReport.Plan(
        allocation.name(),
        allocation.parameters(),
        plan.blockMeans(shapes),
        new LinearSparsities(plan.byName(shapes)),
        plan.clamped());
  }
}
