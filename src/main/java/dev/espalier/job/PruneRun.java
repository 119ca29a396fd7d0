package dev.espalier.job;

import dev.espalier.allocation.DenseModel;
import dev.espalier.allocation.DensePass;
import dev.espalier.allocation.Measurement;
import dev.espalier.allocation.NofMRounding;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.allocation.SparsityBudget;
import dev.espalier.allocation.SparsityPlan;
import dev.espalier.calibration.HiddenStates;
import dev.espalier.calibration.TokenWindows;
import dev.espalier.model.DecoderModel;
import dev.espalier.pruning.LayerwisePruner;
import dev.espalier.pruning.PrunedBlocks;
import dev.espalier.pruning.SparsityPattern;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A request with its model and calibration at hand: what allocating and pruning share. */
final class PruneRun {
  private final PruneRequest request;
  private final DecoderModel model;
  private final TokenWindows calibration;
  private final RecordedNotes listener;
  private final PhaseClock clock = new PhaseClock();

  PruneRun(
      PruneRequest request, DecoderModel model, TokenWindows calibration, JobListener listener) {
    this.request = request;
    this.model = model;
    this.calibration = calibration;
    this.listener = new RecordedNotes(listener);
  }

  PruneRequest request() {
    return request;
  }

  DecoderModel model() {
    return model;
  }

  TokenWindows calibration() {
    return calibration;
  }

  /** Notes told to it stand in the report too. */
  JobListener listener() {
    return listener;
  }

  PhaseClock clock() {
    return clock;
  }

  List<String> notes() {
    return listener.notes();
  }

  /** Tells the user now and in the report. */
  void note(String sentence) {
    listener.note(sentence);
  }

  /** Settles how much each linear loses; some allocations take a dense pass for that. */
  SparsityPlan plan(SparsityAllocation allocation) {
    DenseModel dense = measure(allocation.needs());
    SparsityBudget budget =
        switch (request.rounding()) {
          case EXACT -> SparsityBudget.EXACT;
          case PUBLISHED -> SparsityBudget.PUBLISHED;
        };
    SparsityPlan plan = budget.plan(allocation, request.sparsity(), dense);
    if (!plan.clamped().isEmpty()) {
      note(
          "The %s allocation left the possible range in %s; what that leaves over is spread."
              .formatted(allocation.name(), String.join(", ", plan.clamped())));
    }
    return request.pattern() instanceof SparsityPattern.Mixed mixed
        ? NofMRounding.round(plan, mixed.group(), request.sparsity(), dense)
        : plan;
  }

  private DenseModel measure(Set<Measurement> needs) {
    DenseModel dense = DenseModel.of(model.description());
    if (needs.isEmpty()) {
      return dense;
    }
    DensePass pass = new DensePass(model, needs);
    listener.begin("Allocating", pass.passes() * calibration.count());
    Map<Measurement, double[]> measured =
        clock.time("allocate", () -> pass.measure(calibration, listener));
    listener.end();
    return dense.with(measured);
  }

  /** Prunes the blocks that the output does not have yet. */
  void prune(String task, String phase, SparsityPlan plan, PrunedBlocks output) {
    if (output.finished() == model.blockCount()) {
      return;
    }
    LayerwisePruner pruner =
        new LayerwisePruner(model, request.method(), request.pattern(), plan, request.rounding());
    listener.begin(task, pruner.passes(output) * calibration.count());
    clock.time(
        phase,
        () -> {
          try (HiddenStates hidden = HiddenStates.embed(model, calibration, listener)) {
            pruner.prune(hidden, output);
          }
        });
    listener.end();
  }
}
