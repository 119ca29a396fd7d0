package dev.espalier.run;

import dev.espalier.allocation.FileAllocation;
import dev.espalier.allocation.NofMRounding;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.allocation.SparsityBudget;
import dev.espalier.allocation.SparsityPlan;
import dev.espalier.forward.HiddenStates;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.measurement.Measurement;
import dev.espalier.measurement.MeasurementFile;
import dev.espalier.model.DecoderModel;
import dev.espalier.pruning.BlockwisePruner;
import dev.espalier.pruning.PrunedBlocks;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.statistics.FirstBlockOnce;
import dev.espalier.statistics.StatisticsSource;
import dev.espalier.text.TokenWindows;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** A model and its calibration at hand: what allocating, searching and pruning share. */
public final class PruningRun {
  private final PruningSettings settings;
  private final DecoderModel model;
  private final TokenWindows calibration;
  private final KnownMeasurements measurements;
  private final StatisticsSource inputs;
  private final RecordedNotes listener;
  private final PhaseClock clock;

  public PruningRun(
      PruningSettings settings,
      DecoderModel model,
      TokenWindows calibration,
      Optional<MeasurementFile> statistics,
      RecordedNotes listener) {
    this.settings = settings;
    this.model = model;
    this.calibration = calibration;
    this.measurements = new KnownMeasurements(model, Optional.ofNullable(calibration), statistics);
    this.inputs = StatisticsSource.GATHERED;
    this.listener = listener;
    this.clock = new PhaseClock();
  }

  private PruningRun(PruningRun whole, TokenWindows calibration, StatisticsSource inputs) {
    this.settings = whole.settings;
    this.model = whole.model;
    this.calibration = calibration;
    this.measurements = whole.measurements;
    this.inputs = inputs;
    this.listener = whole.listener;
    this.clock = whole.clock;
  }

  public PruningSettings settings() {
    return settings;
  }

  public DecoderModel model() {
    return model;
  }

  public TokenWindows calibration() {
    return calibration;
  }

  /** What it is told stands in the report, too. */
  public RecordedNotes listener() {
    return listener;
  }

  public PhaseClock clock() {
    return clock;
  }

  /** Settles how much each linear loses; some allocations take a dense pass for that. */
  public SparsityPlan plan(SparsityAllocation allocation) {
    MeasuredModel dense = MeasuredModel.of(model.description()).with(measure(allocation.needs()));
    SparsityBudget budget = new SparsityBudget(settings.rounding());
    double sparsity = settings.sparsity();
    SparsityPlan plan =
        settings.pattern() instanceof SparsityPattern.Mixed mixed
            ? NofMRounding.plan(allocation, budget, mixed.group(), sparsity, dense)
            : budget.plan(allocation, sparsity, dense);
    if (!plan.clamped().isEmpty()) {
      listener.note(Warnings.clamped(allocation.name(), plan.clamped(), settings.rounding()));
    }
    if (allocation instanceof FileAllocation file) {
      Warnings.otherTotal(file, settings, dense).ifPresent(listener::warn);
    }
    return plan;
  }

  /** Measures what is not known yet of the dense model, all of it in one pass. */
  public Map<Measurement, double[]> measure(Set<Measurement> needs) {
    return measurements.of(needs, listener, clock);
  }

  /** The same with the first so many calibration windows; the dense model is as measured here. */
  public PruningRun onTrial(int windows) {
    return new PruningRun(this, calibration.first(windows), StatisticsSource.GATHERED);
  }

  /** The same, for pruning several times with what {@code inputs} keeps. */
  public PruningRun sharing(FirstBlockOnce inputs) {
    return new PruningRun(this, calibration, inputs);
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
   * @param furtherSteps that the output and what follows will tell the listener of
   */
  public <T> T prune(
      String task, SparsityPlan plan, PrunedBlocks output, long furtherSteps, Supplier<T> then) {
    BlockwisePruner pruner =
        new BlockwisePruner(
            model, settings.method(), settings.pattern(), plan, settings.rounding(), inputs);
    listener.begin(task, pruner.passes(output) * calibration.count() + furtherSteps);
    try (HiddenStates hidden = HiddenStates.embed(model, calibration, listener)) {
      pruner.prune(hidden, output);
    }
    T result = then.get();
    listener.end();
    return result;
  }
}
