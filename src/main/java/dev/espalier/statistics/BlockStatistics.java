package dev.espalier.statistics;

import dev.espalier.forward.HiddenStates;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.description.BlockDescription;
import dev.espalier.model.layer.InputObserver;
import dev.espalier.model.layer.Linear;
import dev.espalier.model.layer.LinearInput;
import dev.espalier.statistics.InputStatistics.Kind;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * The statistics of a block's inputs: one object per input, shared by the linears that read it
 * (four for the seven linears of a LLaMA block). Inputs go by their names, so that a block that is
 * loaded again finds its own.
 */
public final class BlockStatistics implements InputObserver, AutoCloseable {
  private final Map<String, InputStatistics> byInput = new LinkedHashMap<>();

  /** Empty statistics; pass this as the observer of the block. */
  public BlockStatistics(DecoderBlock block, long sequences, Kind kind) {
    for (LinearInput input : block.inputs()) {
      Tensor like = input.readers().get(0).weight();
      switch (kind) {
        case NONE -> {}
        case NORMS -> byInput.put(input.name(), new ColumnNorms(input.features(), sequences, like));
        case HESSIAN, HESSIAN_SCALED ->
            byInput.put(input.name(), new InputHessian(input.features(), sequences, like));
        case HESSIAN_KEPT ->
            byInput.put(input.name(), InputHessian.kept(input.features(), sequences, like));
      }
    }
  }

  /** Runs the calibration windows through the block as far as needed and gathers statistics. */
  public static BlockStatistics collect(DecoderBlock block, HiddenStates hidden, Kind kind) {
    BlockStatistics statistics = new BlockStatistics(block, hidden.windows(), kind);
    try {
      if (kind != Kind.NONE) {
        hidden.observe(block, statistics);
      }
      return statistics;
    } catch (RuntimeException e) {
      statistics.close();
      throw e;
    }
  }

  /** How much memory those of a block take. */
  public static long bytes(BlockDescription block, Kind kind) {
    Map<String, Integer> inputs = new HashMap<>();
    block.linears().forEach(linear -> inputs.put(linear.input(), linear.inFeatures()));
    return inputs.values().stream().mapToLong(kind::bytes).sum();
  }

  @Override
  public void onInput(LinearInput input, Tensor x) {
    if (!byInput.isEmpty()) {
      byInput.get(input.name()).add(x);
    }
  }

  /** The statistics of the linear's input; empty when none were asked for. */
  public Optional<InputStatistics> of(Linear linear) {
    return Optional.ofNullable(byInput.get(linear.input().name()));
  }

  @Override
  public void close() {
    byInput.values().forEach(InputStatistics::close);
  }
}
