package dev.espalier.job;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.Progress;
import dev.espalier.allocation.SparsityPlan;
import dev.espalier.calibration.TokenWindows;
import dev.espalier.evaluation.MeasuredBlocks;
import dev.espalier.evaluation.Perplexity;
import dev.espalier.evaluation.PerplexityMeter;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.WeightSource;
import dev.espalier.pruning.BlockResult;
import dev.espalier.pruning.BlocksInMemory;
import dev.espalier.pruning.FirstBlockOnce;
import dev.espalier.pruning.PrunedBlocks;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Prunes a model on trial: block by block from its dense weights, measuring it on the criterion's
 * windows, and storing nothing.
 */
final class TrialRunner implements AutoCloseable {
  private final FirstBlockOnce firstBlock = new FirstBlockOnce();
  private final PruneRun run;
  private final JsonNode config;
  private final WeightSource dense;
  private final TokenWindows criterion;
  private final boolean stopsEarly;

  /**
   * What a trial gave.
   *
   * @param firstHalf the perplexity on the first half of the windows
   * @param perplexity on all windows; absent if the first half was enough
   */
  record Outcome(double firstHalf, OptionalDouble perplexity) {}

  /**
   * @param config the model's config.json
   * @param dense the model's weights
   * @param exhaustive whether every trial sees all windows
   */
  TrialRunner(
      PruneRun run,
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
        bytes += linear.parameters() * dense.tensor(linear.name()).element_size();
      }
    }
    return bytes;
  }

  /**
   * @param bar the best trial's perplexity on the first half of the windows; a worse trial stops
   *     there
   */
  Outcome run(String task, SparsityPlan plan, OptionalDouble bar) {
    return stopsEarly ? runByHalves(task, plan, bar) : runAtOnce(task, plan);
  }

  private Outcome runAtOnce(String task, SparsityPlan plan) {
    try (PerplexityMeter meter = new PerplexityMeter(run.model(), criterion, Progress.NONE)) {
      run.prune(task, "search", plan, new MeasuredBlocks(List.of(meter)));
      double perplexity = meter.finish().value();
      return new Outcome(perplexity, OptionalDouble.of(perplexity));
    }
  }

  private Outcome runByHalves(String task, SparsityPlan plan, OptionalDouble bar) {
    int half = criterion.count() / 2;
    TokenWindows first = criterion.slice(0, half);
    TokenWindows second = criterion.slice(half, criterion.count());
    try (BlocksInMemory pruned = new BlocksInMemory(dense);
        PerplexityMeter meter = new PerplexityMeter(run.model(), first, Progress.NONE)) {
      run.prune(task, "search", plan, new Both(pruned, meter));
      double atHalf = meter.finish().value();
      if (bar.isPresent() && Double.compare(atHalf, bar.getAsDouble()) > 0) {
        return new Outcome(atHalf, OptionalDouble.empty());
      }
      try (DecoderModel model = DecoderModel.open(config, pruned, run.model().placement())) {
        double rest = Perplexity.measure(model, second, Progress.NONE).value();
        double logs = half * Math.log(atHalf) + second.count() * Math.log(rest);
        return new Outcome(atHalf, OptionalDouble.of(Math.exp(logs / criterion.count())));
      }
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
