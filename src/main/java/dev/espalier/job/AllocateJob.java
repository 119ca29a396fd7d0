package dev.espalier.job;

import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.Setting;
import dev.espalier.allocation.FileAllocation;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.allocation.SparsityPlan;
import dev.espalier.files.ProtectedFiles;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.measurement.Measurement;
import dev.espalier.pruning.PatternCheck;
import dev.espalier.report.AllocationReport;
import dev.espalier.report.ReportJson;
import dev.espalier.report.html.AllocationPage;
import dev.espalier.run.CalibrationSettings;
import dev.espalier.run.LoadedModel;
import dev.espalier.run.PruningRun;
import dev.espalier.run.RecordedNotes;
import dev.espalier.text.TokenWindows;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Allocations side by side, each once: one pass over the dense model measures what all of them
 * need.
 */
public final class AllocateJob {
  private AllocateJob() {}

  /**
   * Measures the model and, where the request has an output, writes a page and JSON.
   *
   * @throws BadInputException if something the user gave cannot be used
   */
  public static AllocationReport run(AllocateRequest request, Progress listener) {
    try (LoadedModel loaded = LoadedModel.open(request.model(), request.compute())) {
      PatternCheck.require(request.settings().pattern(), loaded.decoder());
      int blocks = loaded.decoder().blockCount();
      List<SparsityAllocation> allocations =
          request.allocations().stream().map(make -> make.apply(blocks)).distinct().toList();
      Optional<ReportFiles> output =
          request.output().map(page -> ReportFiles.ofPage(page, inputs(request, allocations)));
      AllocationReport report = measure(request, allocations, loaded, new RecordedNotes(listener));
      output.ifPresent(
          files ->
              files.write(
                  AllocationPage.of(report), ReportJson.bytes(ReportJson.allocation(report))));
      return report;
    }
  }

  private static ProtectedFiles inputs(
      AllocateRequest request, List<SparsityAllocation> allocations) {
    return new ProtectedFiles()
        .and(request.model())
        .and(request.statistics())
        .and(request.calibration().map(CalibrationSettings::text))
        .and(FileAllocation.files(allocations));
  }

  private static AllocationReport measure(
      AllocateRequest request,
      List<SparsityAllocation> allocations,
      LoadedModel loaded,
      RecordedNotes listener) {
    Set<Measurement> needs =
        allocations.stream().flatMap(a -> a.needs().stream()).collect(Collectors.toSet());
    Optional<TokenWindows> windows = windows(request, loaded, needs, listener);
    PruningRun run =
        new PruningRun(
            request.settings(),
            loaded.decoder(),
            windows.orElse(null),
            request
                .statistics()
                .flatMap(
                    file ->
                        windows.map(w -> loaded.statistics(file, request.calibration().get(), w))),
            listener);
    run.measure(needs);
    MeasuredModel shapes = MeasuredModel.of(loaded.decoder().description());
    return new AllocationReport(
        request.model().toString(),
        request.settings().pattern().describe(),
        request.settings().sparsity(),
        request.calibration().flatMap(c -> windows.map(c::report)),
        loaded.decoder().blockCount(),
        allocations.stream().map(a -> plan(a, run.plan(a), shapes)).toList(),
        Stream.concat(listener.warnings().stream(), listener.notes().stream()).toList());
  }

  /** Statistics are kept by their windows, also where no allocation looks at these. */
  private static Optional<TokenWindows> windows(
      AllocateRequest request, LoadedModel loaded, Set<Measurement> needs, Progress listener) {
    boolean lookedAt = needs.stream().anyMatch(Measurement::needsInputs);
    if (!lookedAt && request.statistics().isEmpty()) {
      return Optional.empty();
    }
    CalibrationSettings settings =
        request
            .calibration()
            .orElseThrow(
                () ->
                    new BadInputException(
                        "a calibration text is needed: "
                            + (lookedAt
                                ? "some of these allocations look at how the model takes a text"
                                : "statistics are kept by model and text"),
                        Setting.CALIBRATION));
    int seqLen = loaded.seqLen(settings.seqLen(), listener);
    return Optional.of(loaded.calibration(settings, seqLen).windows());
  }

  private static AllocationReport.Plan plan(
      SparsityAllocation allocation, SparsityPlan plan, MeasuredModel shapes) {
    Map<String, Double> linears = new LinkedHashMap<>();
    plan.byName(shapes).forEach(linears::putAll);
    return new AllocationReport.Plan(
        allocation.name(),
        allocation.parameters(),
        plan.blockMeans(shapes),
        linears,
        plan.clamped());
  }
}
