package dev.espalier.pruning;

import dev.espalier.Progress;
import dev.espalier.device.Placement;
import dev.espalier.forward.HiddenStates;
import dev.espalier.forward.MemoryBeside;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.layer.Linear;
import dev.espalier.statistics.BlockStatistics;
import dev.espalier.statistics.InputStatistics;
import dev.espalier.testing.TinyModel;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A block after calibration: its linears, what is known of their inputs, and the inputs. */
final class MethodInput implements AutoCloseable {
  static final int SEQUENCES = 5;

  private final TinyModel source;
  private final DecoderModel model;
  final DecoderBlock block;
  private final BlockStatistics statistics;
  private final Map<String, Tensor> inputs = new HashMap<>();

  /** Of the small model, calibrated on more tokens than any linear has columns. */
  static MethodInput of(InputStatistics.Kind kind) {
    return new MethodInput(TinyModel.small(), kind, Placement.cpu());
  }

  MethodInput(TinyModel source, InputStatistics.Kind kind, Placement placement) {
    this.source = source;
    this.model = source.open(placement);
    this.block = model.loadBlock(1);
    try (HiddenStates hidden =
        HiddenStates.embed(
            model, TinyModel.windows(SEQUENCES, 40), MemoryBeside.NONE, Progress.NONE)) {
      this.statistics = BlockStatistics.collect(block, hidden, kind);
      hidden.observe(block, (input, x) -> inputs.merge(input.name(), x.clone(), MethodInput::cat));
    }
  }

  private static Tensor cat(Tensor before, Tensor more) {
    return torch.cat(new TensorVector(before, more));
  }

  /** The linear's calibration inputs, [tokens, in], in f64. */
  Tensor inputs(Linear linear) {
    return inputs.get(linear.input().name()).to(ScalarType.Double);
  }

  Optional<InputStatistics> of(Linear linear) {
    return statistics.of(linear);
  }

  @Override
  public void close() {
    statistics.close();
    block.close();
    model.close();
    source.close();
  }
}
