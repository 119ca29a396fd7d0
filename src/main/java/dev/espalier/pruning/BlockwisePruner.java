package dev.espalier.pruning;

import dev.espalier.BadInputException;
import dev.espalier.NumericalException;
import dev.espalier.Setting;
import dev.espalier.allocation.SparsityPlan;
import dev.espalier.forward.HiddenStates;
import dev.espalier.kernels.Kernels;
import dev.espalier.kernels.Rounding;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.layer.Linear;
import dev.espalier.statistics.BlockStatistics;
import dev.espalier.statistics.InputStatistics;
import dev.espalier.statistics.StatisticsSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The loop that everything serves: block by block, statistics of the dense block's inputs, pruning
 * of its linears, and the pruned block's outputs as the next one's inputs. One block is in memory
 * at a time (on a CUDA device the next one, too), and one copy of the hidden states.
 */
public final class BlockwisePruner {
  private final DecoderModel model;
  private final PruningMethod method;
  private final SparsityPattern pattern;
  private final SparsityPlan plan;
  private final Rounding rounding;
  private final boolean keepZeros;
  private final StatisticsSource statistics;

  /**
   * With statistics that are gathered for every pruning anew, and whatever is zero in the dense
   * model.
   */
  public BlockwisePruner(
      DecoderModel model,
      PruningMethod method,
      SparsityPattern pattern,
      SparsityPlan plan,
      Rounding rounding) {
    this(model, method, pattern, plan, rounding, false, StatisticsSource.GATHERED);
  }

  /**
   * @param keepZeros whether weights that are zero stay so
   * @param statistics of the blocks' inputs; where blocks are pruned, asked for in their order
   */
  public BlockwisePruner(
      DecoderModel model,
      PruningMethod method,
      SparsityPattern pattern,
      SparsityPlan plan,
      Rounding rounding,
      boolean keepZeros,
      StatisticsSource statistics) {
    this.model = model;
    this.method = method;
    this.pattern = pattern;
    this.plan = plan;
    this.rounding = rounding;
    this.keepZeros = keepZeros;
    this.statistics = statistics;
  }

  /**
   * How often {@link #prune} will take the windows up: each block's outputs are needed by the next
   * one, and the statistics of its inputs by its pruning.
   */
  public long passes(PrunedBlocks output) {
    long observed =
        method.statistics() == InputStatistics.Kind.NONE
            ? 0
            : IntStream.range(reloaded(output), model.blockCount())
                .filter(block -> !statistics.holds(block))
                .count();
    return model.blockCount() - 1L + observed;
  }

  /**
   * Prunes all blocks, or those that an interrupted run has left. All are safe when this returns.
   *
   * @param hidden the embedded calibration windows, overwritten
   * @throws BadInputException if a weight is not finite
   * @throws NumericalException if the method cannot work with the calibration activations
   */
  public void prune(HiddenStates hidden, PrunedBlocks output) {
    int last = model.blockCount() - 1;
    int finished = output.finished();
    int reloaded = reloaded(output);
    model
        .blocks(i -> i < reloaded ? model.loadBlock(i, output.weights()) : model.loadBlock(i))
        .forEach(
            block -> {
              int i = block.index();
              if (i >= reloaded) {
                BlockResult result = prune(block, hidden);
                if (i >= finished) {
                  output.put(block, result);
                }
              }
              if (i < last) {
                hidden.advance(block);
              }
            });
    output.sync();
  }

  /** How many of the finished blocks need only be loaded. */
  private int reloaded(PrunedBlocks output) {
    return handsOnFinerWeights() ? 0 : output.finished();
  }

  /**
   * Whether the next block sees weights that no checkpoint holds, as in the published code: then
   * only pruning a finished block again can give them back.
   */
  private boolean handsOnFinerWeights() {
    return method.updatesWeights() && rounding == Rounding.PUBLISHED;
  }

  private BlockResult prune(DecoderBlock block, HiddenStates hidden) {
    Linear.requireFinite(block.linears());
    List<LinearResult> results = new ArrayList<>();
    statistics.lend(
        block,
        hidden,
        method.statistics(),
        inputs -> {
          for (Linear linear : block.linears()) {
            double sparsity = plan.sparsity(block.index(), results.size());
            results.add(prune(linear, inputs, PruningTarget.of(pattern, sparsity, rounding)));
          }
        });
    return new BlockResult(block.index(), results);
  }

  private LinearResult prune(Linear linear, BlockStatistics inputs, PruningTarget target) {
    long start = System.nanoTime();
    Tensor weight = linear.weight();
    try (ZerosBefore zeros = ZerosBefore.of(linear, model)) {
      var before =
          new LinearResult.Before(
              zeros.count(), inputs.of(linear).map(InputStatistics::deadFeatures).orElse(0L));
      boolean keeps = keepZeros && zeros.count() > 0;
      LinearError error = prune(linear, inputs.of(linear), keeps ? target.keepingZeros() : target);
      if (method.updatesWeights()) {
        roundAsStored(linear);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      return new LinearResult(
          linear.name(),
          weight.size(0),
          weight.size(1),
          target.sparsity(),
          before,
          Kernels.countZeros(weight),
          zeros.left(weight),
          error,
          seconds);
    }
  }

  private LinearError prune(Linear linear, Optional<InputStatistics> inputs, PruningTarget target) {
    try {
      return method.prune(linear.weight(), inputs, target);
    } catch (NumericalException e) {
      throw e.of(linear.name());
    }
  }

  /**
   * The next block must see the weights that the checkpoint will hold, not finer ones.
   *
   * @throws NumericalException if it cannot hold them
   */
  private void roundAsStored(Linear linear) {
    ScalarType stored = model.storedDtype(linear);
    try (PointerScope scope = new PointerScope()) {
      Tensor rounded = linear.weight().to(stored);
      requireFinite(linear.weight(), "that is computed in", linear);
      requireFinite(rounded, "of the checkpoint", linear);
      if (!handsOnFinerWeights()) {
        linear.weight().copy_(rounded);
      }
    }
  }

  private void requireFinite(Tensor weight, String whose, Linear linear) {
    if (!weight.isfinite().all().item_bool()) {
      throw new NumericalException(
              "the weights that %s makes of it are beyond the %s %s; lower the sparsity, or take another method or dtype"
                  .formatted(method.name(), name(weight.scalar_type().intern()), whose),
              Setting.SPARSITY,
              Setting.METHOD,
              Setting.COMPUTE_DTYPE)
          .of(linear.name());
    }
  }

  private static String name(ScalarType dtype) {
    return switch (dtype) {
      case Half -> "float16";
      case BFloat16 -> "bfloat16";
      case Float -> "float32";
      default -> "float64";
    };
  }
}
