package dev.espalier.job;

import dev.espalier.BadInputException;
import dev.espalier.ByteCount;
import dev.espalier.NumericalException;
import dev.espalier.Progress;
import dev.espalier.Setting;
import dev.espalier.checkpoint.OutputSpace;
import dev.espalier.device.HostMemory;
import dev.espalier.device.Placement;
import dev.espalier.forward.Footprint;
import dev.espalier.forward.Space;
import dev.espalier.kernels.Kernels;
import dev.espalier.pruning.PrunedModelWriter;
import dev.espalier.report.PruneReport;
import dev.espalier.report.RunPlan;
import dev.espalier.run.MemoryPlan;
import dev.espalier.run.OpenedRun;
import dev.espalier.run.PruningRun;
import dev.espalier.text.TokenWindows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** Says what a pruning will take, and refuses one that cannot be. */
public final class PrunePlan {
  private final PruneRequest request;
  private final OpenedRun opened;
  private final PruningRun run;
  private final Optional<TokenWindows> criterion;
  private final List<TokenWindows> texts;

  /**
   * @param criterion what allocations are judged by, if there is a choice
   * @param texts that perplexity is measured on
   */
  PrunePlan(
      PruneRequest request,
      OpenedRun opened,
      Optional<TokenWindows> criterion,
      List<TokenWindows> texts) {
    this.request = request;
    this.opened = opened;
    this.run = opened.run();
    this.criterion = criterion;
    this.texts = texts;
  }

  /**
   * Plans the request, without writing anything.
   *
   * @throws BadInputException if something the user gave cannot be used; not where there is too
   *     little room, which the plan tells
   */
  public static RunPlan of(PruneRequest request, Progress progress) {
    try (OpenedRun opened =
        OpenedRun.open(request.run().spillingBeside(request.output()), progress)) {
      Optional<TokenWindows> criterion = request.allocation().criterion(opened);
      List<TokenWindows> texts = opened.evaluation(request.evaluation());
      PrunePlan plan = new PrunePlan(request, opened, criterion, texts);
      Placement placement = opened.run().model().placement();
      RunPlan made = plan.make(Space.free(placement), OptionalDouble.empty());
      // The probe also leaves what libraries take for good.
      OptionalDouble seconds = made.fits() ? plan.probe() : OptionalDouble.empty();
      return plan.make(Space.free(placement), seconds);
    }
  }

  /** The time of a pass through the first block, if it can be computed. */
  private OptionalDouble probe() {
    try {
      return OptionalDouble.of(Forecast.timed(run));
    } catch (NumericalException e) {
      return OptionalDouble.empty();
    }
  }

  private RunPlan make(Space free, OptionalDouble seconds) {
    Placement placement = run.model().placement();
    return new RunPlan(
        request.model().toString(),
        request.output().toString(),
        placement.workDir().toString(),
        new PruneReport.Compute(
            placement.device().toString(),
            placement.dtypeName(),
            Kernels.threads(),
            new TreeMap<>()),
        phases(new MemoryPlan(run.model(), free)),
        HostMemory.taken(),
        free,
        read(),
        written(),
        OutputSpace.usableBytes(request.output()),
        Forecast.passes(run, choosing(), texts, compared()),
        seconds);
  }

  private long choosing() {
    return request.allocation().passes(run, criterion);
  }

  private boolean compared() {
    return request.compareUniform()
        && !texts.isEmpty()
        && !request.allocation().name().equals("uniform");
  }

  private List<RunPlan.Phase> phases(MemoryPlan memory) {
    List<RunPlan.Phase> phases = new ArrayList<>();
    run.measuring(request.allocation().candidates(run))
        .map(pass -> memory.measuring(pass, run.calibration()))
        .ifPresent(footprint -> phases.add(new RunPlan.Phase("allocate", footprint)));
    request
        .allocation()
        .trials(run, criterion, memory)
        .ifPresent(footprint -> phases.add(new RunPlan.Phase("search", footprint)));
    long queue = PrunedModelWriter.hostBytes(run.model());
    phases.add(new RunPlan.Phase("prune", memory.pruning(run, List.of(), queue)));
    if (compared()) {
      phases.add(new RunPlan.Phase("compare", memory.pruning(run, texts, 0)));
    }
    for (TokenWindows text : texts) {
      Footprint footprint = memory.evaluating(text);
      phases.add(new RunPlan.Phase("evaluate", footprint));
    }
    return phases;
  }

  private List<RunPlan.Files> read() {
    List<RunPlan.Files> files = new ArrayList<>();
    opened
        .folder()
        .shards()
        .forEach(
            shard ->
                files.add(new RunPlan.Files(shard.path().toString(), shard.header().fileBytes())));
    request.calibration().text().files().forEach(text -> files.add(file(text)));
    request.evaluation().stream()
        .flatMap(text -> text.file().stream())
        .forEach(text -> files.add(file(text)));
    return files;
  }

  private static RunPlan.Files file(Path path) {
    return new RunPlan.Files(path.toString(), path.toFile().length());
  }

  private List<RunPlan.Files> written() {
    return List.of(
        new RunPlan.Files(request.output().toString(), OutputSpace.bytes(opened.folder())));
  }

  /**
   * Refuses a run for which there is too little memory, or too little disk for what memory cannot
   * hold. (Of the output's disk, its writer takes care.)
   *
   * @throws BadInputException if it is one, advising what would make it fit
   */
  void requireFit() {
    Space free = Space.free(run.model().placement());
    RunPlan plan = make(free, OptionalDouble.empty());
    Space left = free.minus(plan.most());
    if (left.isEnough()) {
      return;
    }
    RunPlan.Phase phase =
        plan.phases().stream()
            .filter(one -> !free.minus(one.footprint().space()).isEnough())
            .findFirst()
            .orElseThrow();
    Space needed = phase.footprint().space();
    if (free.spill() < needed.spill()) {
      throw new BadInputException(
          "the phase \"%s\" keeps %s of activations on disk, and %s has only %s free; free some space, choose another folder for spilling, or take fewer or shorter windows"
              .formatted(
                  phase.name(),
                  ByteCount.of(needed.spill()),
                  plan.workDir(),
                  ByteCount.of(free.spill())),
          Setting.WORK_DIR,
          Setting.SAMPLES,
          Setting.SEQ_LEN);
    }
    boolean device = free.device() < needed.device();
    throw new BadInputException(
        "the phase \"%s\" needs %s of %s, of which only %s are free; take shorter windows%s"
            .formatted(
                phase.name(),
                ByteCount.of(device ? needed.device() : needed.host()),
                device ? plan.compute().device() : "the memory",
                ByteCount.of(device ? free.device() : free.host()),
                hessians(phase) ? ", or a method that needs no Hessian, such as wanda" : ""),
        hessians(phase)
            ? new Setting[] {Setting.SEQ_LEN, Setting.METHOD}
            : new Setting[] {Setting.SEQ_LEN});
  }

  /** Whether another method would take less. */
  private boolean hessians(RunPlan.Phase phase) {
    return run.settings().method().statistics().hasHessian()
        && List.of("search", "prune", "compare").contains(phase.name());
  }
}
