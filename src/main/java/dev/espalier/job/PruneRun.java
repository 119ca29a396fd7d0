package dev.espalier.job;

import dev.espalier.allocation.BlockScores;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.allocation.SparsityBudget;
import dev.espalier.allocation.SparsityPlan;
import dev.espalier.calibration.HiddenStates;
import dev.espalier.calibration.TokenWindows;
import dev.espalier.kernels.ScoreSummary;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.LinearDescription;
import dev.espalier.pruning.LayerwisePruner;
import dev.espalier.pruning.PrunedBlocks;
import java.util.List;
import java.util.stream.IntStream;

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

  /** Settles how much each block loses; some allocations take a dense pass for that. */
  SparsityPlan plan(SparsityAllocation allocation) {
    int blocks = model.blockCount();
    List<ScoreSummary> scores = allocation.needsScores() ? measureScores(allocation) : List.of();
    double[] densities = allocation.densities(request.sparsity(), blocks, scores);
    long[] parameters = IntStream.range(0, blocks).mapToLong(this::parameters).toArray();
    SparsityBudget budget =
        switch (request.rounding()) {
          case EXACT -> SparsityBudget.EXACT;
          case PUBLISHED -> SparsityBudget.PUBLISHED;
        };
    SparsityPlan plan = budget.settle(densities, parameters, request.sparsity());
    if (!plan.clampedBlocks().isEmpty()) {
      note(
          "The %s allocation left the possible range in blocks %s; they were clamped."
              .formatted(allocation.name(), plan.clampedBlocks()));
    }
    return plan;
  }

  private List<ScoreSummary> measureScores(SparsityAllocation allocation) {
    listener.begin("Allocating", (long) model.blockCount() * calibration.count());
    List<ScoreSummary> scores =
        clock.time(
            "allocate",
            () -> BlockScores.measure(model, calibration, allocation.outlierMultiple(), listener));
    listener.end();
    return scores;
  }

  private long parameters(int block) {
    return model.description().linears(block).stream()
        .mapToLong(LinearDescription::parameters)
        .sum();
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
