package dev.espalier.run;

import dev.espalier.allocation.NofMRounding;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.allocation.SparsityBudget;
import dev.espalier.allocation.SparsityPlan;
import dev.espalier.forward.HiddenStates;
import dev.espalier.forward.MemoryBeside;
import dev.espalier.kernels.Rounding;
import dev.espalier.measurement.DenseNorms;
import dev.espalier.measurement.DensePass;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.measurement.Measurement;
import dev.espalier.measurement.MeasurementFile;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.pruning.BlockwisePruner;
import dev.espalier.pruning.PrunedBlocks;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.statistics.FirstBlockOnce;
import dev.espalier.statistics.InputStatistics;
import dev.espalier.statistics.StatisticsSource;
import dev.espalier.text.TokenWindows;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A model and its calibration at hand: what allocating, searching and pruning share. */
public final class PruningRun {
  private final PruningSettings settings;
  private final DecoderModel model;
  private final Optional<TokenWindows> calibration;
  private final KnownMeasurements measurements;
  private final InputZeros zeros;
  private final StatisticsSource inputs;
  private final RecordedNotes notes;
  private final PhaseClock clock;

  /**
   * @param calibration absent if nothing will be asked that looks at a text
   * @param statistics a file that keeps what is measured
   */
  public PruningRun(
      PruningSettings settings,
      DecoderModel model,
      Optional<TokenWindows> calibration,
      Optional<MeasurementFile> statistics,
      RecordedNotes notes) {
    this.settings = settings;
    this.model = model;
    this.calibration = calibration;
    this.measurements = new KnownMeasurements(model, calibration, statistics);
    this.zeros = new InputZeros(settings.keepZeros(), model, notes);
    this.inputs = StatisticsSource.GATHERED;
    this.notes = notes;
    this.clock = new PhaseClock();
  }

  private PruningRun(
      PruningRun whole,
      PruningSettings settings,
      Optional<TokenWindows> calibration,
      StatisticsSource inputs) {
    this.settings = settings;
    this.model = whole.model;
    this.calibration = calibration;
    this.measurements = whole.measurements;
    this.zeros = whole.zeros;
    this.inputs = inputs;
    this.notes = whole.notes;
    this.clock = whole.clock;
  }

  /** What is done to the weights. */
  public PruningSettings settings() {
    return settings;
  }

  /** The dense model. */
  public DecoderModel model() {
    return model;
  }

  /** Whether weights that are zero stay so. */
  public boolean keepsZeros() {
    return zeros.stay();
  }

  /** The windows of a run that takes some. */
  public TokenWindows calibration() {
    return calibration.orElseThrow();
  }

  /** What it is told stands in the report, too. */
  public RecordedNotes notes() {
    return notes;
  }

  /** What the phases take. */
  public PhaseClock clock() {
    return clock;
  }

  /** The model's shapes, of which nothing is measured. */
  public MeasuredModel shapes() {
    return MeasuredModel.of(model.description());
  }

  /** Settles how much each linear loses; some allocations take a dense pass for that. */
  public SparsityPlan plan(SparsityAllocation allocation) {
    MeasuredModel dense = shapes().with(measure(allocation.needs()));
    SparsityBudget budget = new SparsityBudget(settings.rounding());
    double sparsity = settings.sparsity();
    return settings.pattern() instanceof SparsityPattern.Mixed mixed
        ? NofMRounding.plan(allocation, budget, mixed.group(), sparsity, dense)
        : budget.plan(allocation, sparsity, dense);
  }

  /**
   * How much each linear loses, equal for plans that prune the same: in weights where these follow
   * from the share, else the share itself.
   */
  public List<Number> amounts(SparsityPlan plan) {
    boolean counted =
        settings.rounding() == Rounding.EXACT
            && settings.pattern() instanceof SparsityPattern.Unstructured;
    List<Number> amounts = new ArrayList<>();
    for (int block = 0; block < model.blockCount(); block++) {
      int linear = 0;
      for (LinearDescription shape : model.description().linears(block)) {
        double share = plan.sparsity(block, linear++);
        amounts.add(counted ? (Number) Math.round(share * shape.parameters()) : (Number) share);
      }
    }
    return amounts;
  }

  /** What people should know of an allocation's plan, a sentence each. */
  public List<String> cautions(SparsityAllocation allocation, SparsityPlan plan) {
    return Stream.of(
            Warnings.clamped(allocation.name(), plan.clamped(), settings.rounding()),
            Warnings.otherTotal(allocation, settings, shapes()))
        .flatMap(Optional::stream)
        .toList();
  }

  /** Measures what is not known yet of the dense model, all of it in one pass. */
  public Map<Measurement, double[]> measure(Set<Measurement> needs) {
    return measurements.of(needs, notes, clock);
  }

  /** The same with the first so many calibration windows; the dense model is as measured here. */
  public PruningRun onTrial(int windows) {
    return new PruningRun(
        this, settings, Optional.of(calibration().first(windows)), StatisticsSource.GATHERED);
  }

  /** The same, for pruning several times with what {@code inputs} keeps. */
  public PruningRun sharing(FirstBlockOnce inputs) {
    return new PruningRun(this, settings, calibration, inputs);
  }

  /** The same for another target. */
  public PruningRun at(double sparsity) {
    return new PruningRun(this, settings.at(sparsity), calibration, inputs);
  }

  /** What pruning takes of the device beside the windows' way through the model. */
  public MemoryBeside memory() {
    return MemoryPlan.pruning(model.description(), settings.method(), inputs);
  }

  /**
   * How often a window is passed through a block where the model is pruned so many times, of which
   * all share what was gathered of the first block.
   */
  public long pruningPasses(int times) {
    long onward = model.blockCount() - 1L;
    boolean observed = settings.method().statistics() != InputStatistics.Kind.NONE;
    long passes = times * onward + (observed ? 1 + times * onward : 0);
    return passes * calibration().count();
  }

  /** The same where all is measured that these allocations need. */
  public long measuringPasses(List<SparsityAllocation> allocations) {
    boolean observed =
        allocations.stream()
            .flatMap(allocation -> allocation.needs().stream())
            .anyMatch(Measurement::needsInputs);
    return observed ? (long) model.blockCount() * calibration().count() : 0;
  }

  /** The pass that measures what these allocations need; empty if no window passes for it. */
  public Optional<DensePass> measuring(List<SparsityAllocation> allocations) {
    Set<Measurement> needs = new HashSet<>();
    allocations.forEach(allocation -> needs.addAll(allocation.needs()));
    return Optional.of(new DensePass(model, needs, new DenseNorms()))
        .filter(DensePass::needsInputs);
  }

  /** Prunes the blocks that the output does not have yet. */
  public void prune(String task, SparsityPlan plan, PrunedBlocks output) {
    if (output.finished() < model.blockCount()) {
      clock.time("prune", () -> prune(task, plan, output, 0, () -> null));
    }
  }

  /**
   * The same and what follows, as one task.
   *
   * @param furtherSteps of which the output and what follows will tell
   */
  public <T> T prune(
      String task, SparsityPlan plan, PrunedBlocks output, long furtherSteps, Supplier<T> then) {
    BlockwisePruner pruner =
        new BlockwisePruner(
            model,
            settings.method(),
            settings.pattern(),
            plan,
            settings.rounding(),
            keepsZeros(),
            inputs);
    notes.begin(task, pruner.passes(output) * calibration().count() + furtherSteps);
    try (HiddenStates hidden = HiddenStates.embed(model, calibration(), memory(), notes)) {
      pruner.prune(hidden, output);
    }
    T result = then.get();
    notes.end();
    return result;
  }
}
