package dev.espalier.model.layer;

import dev.espalier.checkpoint.WeightSource;
import dev.espalier.device.CopyStream;
import dev.espalier.device.NativeMemory;
import dev.espalier.device.Placement;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.model.description.TensorNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;

/** The weights of one block, copied from the checkpoint to where the model computes. */
public final class BlockWeights implements AutoCloseable {
  private final int block;
  private final TensorNames names;
  private final double normEpsilon;
  private final Map<String, LinearDescription> linears;
  private final WeightSource source;
  private final Placement placement;
  private final List<Tensor> resident = new ArrayList<>();

  public BlockWeights(
      int block, DecoderDescription description, WeightSource source, Placement placement) {
    this.block = block;
    this.names = description.names();
    this.normEpsilon = description.norm().epsilon();
    this.linears =
        description.linears(block).stream()
            .collect(Collectors.toMap(LinearDescription::name, Function.identity()));
    this.source = source;
    this.placement = placement;
  }

  /** Loads the linear of a module and makes it a reader of the input. */
  Linear linear(String module, LinearInput input) {
    LinearDescription linear = linears.get(names.weight(block, module));
    Tensor weight = load(linear.name());
    Tensor bias = linear.biasName() == null ? null : load(linear.biasName());
    return new Linear(linear.name(), input, weight, bias);
  }

  public RmsNorm norm(String module) {
    return new RmsNorm(load(names.weight(block, module)), normEpsilon);
  }

  private Tensor load(String name) {
    Tensor copy = NativeMemory.own(() -> placement.copy(source.tensor(name)));
    CopyStream.handOver(copy);
    resident.add(copy);
    return copy;
  }

  @Override
  public void close() {
    resident.forEach(Tensor::close);
    resident.clear();
  }
}
