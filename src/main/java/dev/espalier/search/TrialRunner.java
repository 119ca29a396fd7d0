package dev.espalier.search;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.BadInputException;
import dev.espalier.EspalierException;
import dev.espalier.NumericalException;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.allocation.SparsityPlan;
import dev.espalier.checkpoint.WeightSource;
import dev.espalier.device.HostMemory;
import dev.espalier.evaluation.MeasuredBlocks;
import dev.espalier.evaluation.Perplexity;
import dev.espalier.evaluation.PerplexityMeter;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.DecoderModel;
import dev.espalier.pruning.BlockResult;
import dev.espalier.pruning.BlocksInMemory;
import dev.espalier.pruning.PrunedBlocks;
import dev.espalier.report.Trial;
import dev.espalier.run.PruningRun;
import dev.espalier.statistics.FirstBlockOnce;
import dev.espalier.text.TokenWindows;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/**
 * Prunes a model on trial: block by block from its dense weights, measuring it on the criterion's
 * windows, and storing nothing.
 */
public final class TrialRunner implements Trials, AutoCloseable {
  private final FirstBlockOnce firstBlock = new FirstBlockOnce();
  private final PruningRun run;
  private final JsonNode config;
  private final WeightSource dense;
  private final TokenWindows criterion;
  private final boolean stopsEarly;

  /**
   * @param config the model's config.json
   * @param dense the model's weights
   * @param exhaustive whether every trial sees all windows
   */
  public TrialRunner(
      PruningRun run,
      JsonNode config,
      WeightSource dense,
      TokenWindows criterion,
      boolean exhaustive) {
    this.run = run.sharing(firstBlock);
    this.config = config;
    this.dense = dense;
    this.criterion = criterion;
    // A second look at the pruned model needs it whole; half of the free memory may go on that.
    this.stopsEarly =
        !exhaustive && criterion.count() > 1 && weightBytes() < HostMemory.available() / 2;
  }

  private long weightBytes() {
    long bytes = 0;
    for (int i = 0; i < run.model().blockCount(); i++) {
      for (var linear : run.model().description().linears(i)) {
        bytes += dense.description(linear.name()).bytes();
      }
    }
    return bytes;
  }

  @Override
  public Outcome make(String task, SparsityAllocation allocation, OptionalDouble bar) {
    run.measure(allocation.needs());
    SparsityPlan plan;
    try {
      plan = run.plan(allocation);
    } catch (BadInputException e) {
      return out(allocation, e);
    }
    try {
      return run.clock()
          .time("search", () -> stopsEarly ? byHalves(task, plan, bar) : atOnce(task, plan));
    } catch (NumericalException e) {
      run.listener().end();
      return out(allocation, e);
    }
  }

  /** One allocation that does not work must not end the others' contest. */
  private Outcome out(SparsityAllocation allocation, EspalierException reason) {
    String name = Trial.describe(allocation.name(), allocation.parameters());
    run.listener().note(name + " is out: " + reason.getMessage());
    return Outcome.NONE;
  }

  private Outcome atOnce(String task, SparsityPlan plan) {
    try (PerplexityMeter meter = meter(run.model(), criterion)) {
      double[] losses = prune(task, plan, new MeasuredBlocks(List.of(meter)), meter, criterion);
      double[] first = Arrays.copyOf(losses, Math.max(1, losses.length / 2));
      return new Outcome(Perplexity.of(first), OptionalDouble.of(Perplexity.of(losses)));
    }
  }

  private Outcome byHalves(String task, SparsityPlan plan, OptionalDouble bar) {
    int half = criterion.count() / 2;
    TokenWindows first = criterion.slice(0, half);
    try (BlocksInMemory pruned = new BlocksInMemory(dense);
        PerplexityMeter meter = meter(run.model(), first)) {
      double[] losses = prune(task, plan, new Both(pruned, meter), meter, first);
      double atHalf = Perplexity.of(losses);
      if (bar.isPresent() && Double.compare(atHalf, bar.getAsDouble()) > 0) {
        return new Outcome(atHalf, OptionalDouble.empty());
      }
      double[] rest = measure(task, pruned, criterion.slice(half, criterion.count()));
      double[] all = DoubleStream.concat(Arrays.stream(losses), Arrays.stream(rest)).toArray();
      return new Outcome(atHalf, OptionalDouble.of(Perplexity.of(all)));
    }
  }

  private PerplexityMeter meter(DecoderModel model, TokenWindows windows) {
    return new PerplexityMeter(model, windows, run.listener());
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
    try (DecoderModel model = DecoderModel.open(config, pruned, run.model().placement());
        PerplexityMeter meter = meter(model, windows)) {
      run.listener().begin(task + ", the rest", PerplexityMeter.passes(model) * windows.count());
      model.blocks().forEach(meter::advance);
      double[] losses = meter.losses();
      run.listener().end();
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
