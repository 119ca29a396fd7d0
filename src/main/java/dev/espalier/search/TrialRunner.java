package dev.espalier.search;

import dev.espalier.BadInputException;
import dev.espalier.EspalierException;
import dev.espalier.NumericalException;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.allocation.SparsityPlan;
import dev.espalier.checkpoint.WeightSource;
import dev.espalier.device.ComputeDevice;
import dev.espalier.device.HostMemory;
import dev.espalier.evaluation.MeasuredBlocks;
import dev.espalier.evaluation.Perplexity;
import dev.espalier.evaluation.PerplexityMeter;
import dev.espalier.forward.Footprint;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.DecoderModel;
import dev.espalier.pruning.BlockResult;
import dev.espalier.pruning.BlocksInMemory;
import dev.espalier.pruning.PrunedBlocks;
import dev.espalier.report.Trial;
import dev.espalier.run.MemoryPlan;
import dev.espalier.run.PruningRun;
import dev.espalier.statistics.FirstBlockOnce;
import dev.espalier.text.TokenWindows;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/**
 * Prunes a model on trial: block by block from its dense weights, measuring it on the criterion's
 * windows, and storing nothing.
 */
final class TrialRunner implements AllocationSearch.Trier, AutoCloseable {
  private final FirstBlockOnce firstBlock = new FirstBlockOnce();
  private final PruningRun run;
  private final TokenWindows criterion;
  private final boolean stopsEarly;
  private Optional<EspalierException> fault = Optional.empty();

  /**
   * @param run with the calibration windows that trials take
   * @param criterion the windows they are measured on
   * @param exhaustive whether every trial sees all of them
   */
  TrialRunner(PruningRun run, TokenWindows criterion, boolean exhaustive) {
    this.run = run.sharing(firstBlock);
    this.criterion = criterion;
    this.stopsEarly = !exhaustive && looksTwice(run, criterion, HostMemory.available());
  }

  /** Whether trials may end after a first half of the windows. */
  private static boolean looksTwice(PruningRun run, TokenWindows criterion, long available) {
    return criterion.count() > 1
        && keepsBlocks(
            run.model().placement().device(), BlocksInMemory.bytes(run.model()), available);
  }

  /**
   * Whether a trial may keep the pruned model for a second look. It needs it whole, and half of the
   * free memory may go on that. From a GPU every block would travel to the host and back, which
   * takes longer than measuring the other half of the windows at once.
   *
   * @param bytes of the prunable weights
   * @param available host memory
   */
  static boolean keepsBlocks(ComputeDevice device, long bytes, long available) {
    return !device.isCuda() && bytes < available / 2;
  }

  /**
   * What trials take.
   *
   * @param run with the calibration windows that trials take
   */
  static Footprint footprint(PruningRun run, TokenWindows criterion, MemoryPlan memory) {
    try (FirstBlockOnce shared = new FirstBlockOnce()) {
      PruningRun trials = run.sharing(shared);
      return looksTwice(run, criterion, memory.free().host())
          ? memory.pruning(
              trials,
              List.of(criterion.slice(criterion.count() / 2, criterion.count())),
              BlocksInMemory.bytes(run.model()))
          : memory.pruning(trials, List.of(criterion), 0);
    }
  }

  @Override
  public Trial attempt(String task, SparsityAllocation candidate, OptionalDouble bar) {
    run.measure(candidate.needs());
    SparsityPlan plan;
    try {
      plan = run.plan(candidate);
    } catch (BadInputException e) {
      return out(candidate, e);
    }
    run.cautions(candidate, plan).forEach(run.notes()::note);
    try {
      return run.clock()
          .time(
              "search",
              () ->
                  stopsEarly
                      ? byHalves(task, candidate, plan, bar)
                      : atOnce(task, candidate, plan));
    } catch (NumericalException e) {
      run.notes().end();
      return out(candidate, e);
    }
  }

  /** One candidate that does not work must not end the search. */
  private Trial out(SparsityAllocation candidate, EspalierException reason) {
    fault = fault.or(() -> Optional.of(reason));
    Trial failed = Trial.failed(candidate);
    run.notes().note(failed.describe() + " is out: " + reason.getMessage());
    return failed;
  }

  @Override
  public Optional<List<Number>> amounts(SparsityAllocation candidate) {
    run.measure(candidate.needs());
    try {
      SparsityPlan plan = run.plan(candidate);
      run.cautions(candidate, plan).forEach(run.notes()::note);
      return Optional.of(run.amounts(plan));
    } catch (BadInputException e) {
      return Optional.empty(); // the attempt tells
    }
  }

  @Override
  public Optional<EspalierException> fault() {
    return fault;
  }

  private Trial atOnce(String task, SparsityAllocation candidate, SparsityPlan plan) {
    try (PerplexityMeter meter = meter(run.model(), criterion)) {
      double[] losses = prune(task, plan, new MeasuredBlocks(List.of(meter)), meter, criterion);
      double[] first = Arrays.copyOf(losses, Math.max(1, losses.length / 2));
      return Trial.measured(candidate, Perplexity.of(first), Perplexity.of(losses));
    }
  }

  private Trial byHalves(
      String task, SparsityAllocation candidate, SparsityPlan plan, OptionalDouble bar) {
    int half = criterion.count() / 2;
    TokenWindows first = criterion.slice(0, half);
    try (BlocksInMemory pruned = new BlocksInMemory(run.model().weights());
        PerplexityMeter meter = meter(run.model(), first)) {
      double[] losses = prune(task, plan, new Both(pruned, meter), meter, first);
      double atHalf = Perplexity.of(losses);
      if (bar.isPresent() && Double.compare(atHalf, bar.getAsDouble()) > 0) {
        return Trial.stopped(candidate, atHalf);
      }
      double[] rest = measure(task, pruned, criterion.slice(half, criterion.count()));
      double[] all = DoubleStream.concat(Arrays.stream(losses), Arrays.stream(rest)).toArray();
      return Trial.measured(candidate, atHalf, Perplexity.of(all));
    }
  }

  private PerplexityMeter meter(DecoderModel model, TokenWindows windows) {
    return new PerplexityMeter(model, windows, run.memory(), run.notes());
  }

  /** The losses of a model that is pruned on the way. */
  private double[] prune(
      String task,
      SparsityPlan plan,
      PrunedBlocks output,
      PerplexityMeter meter,
      TokenWindows windows) {
    long steps = PerplexityMeter.passes(run.model()) * windows.count();
    return run.prune(task, plan, output, steps, meter::losses);
  }

  /** The losses of a model that has been pruned. */
  private double[] measure(String task, BlocksInMemory pruned, TokenWindows windows) {
    try (DecoderModel model = run.model().with(pruned);
        PerplexityMeter meter = meter(model, windows)) {
      run.notes().begin(task + ", the rest", PerplexityMeter.passes(model) * windows.count());
      model.blocks().forEach(meter::advance);
      double[] losses = meter.losses();
      run.notes().end();
      return losses;
    }
  }

  @Override
  public void close() {
    firstBlock.close();
  }

  /** Keeps blocks and measures them. */
  private record Both(BlocksInMemory kept, PerplexityMeter meter) implements PrunedBlocks {
    @Override
    public int finished() {
      return 0;
    }

    @Override
    public WeightSource weights() {
      return kept;
    }

    @Override
    public void put(DecoderBlock block, BlockResult result) {
      kept.put(block, result);
      meter.advance(block);
    }
  }
}
