package dev.espalier.measurement;

import dev.espalier.model.DecoderBlock;
import dev.espalier.model.layer.Linear;
import dev.espalier.model.layer.LinearInput;
import dev.espalier.statistics.BlockStatistics;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The norms of a dense model's inputs on one set of windows, which are all that scores need besides
 * the weights. One pass fills it, later ones need no windows for scores. They are in the JVM's
 * heap: four rows of numbers a block.
 */
public final class DenseNorms {
  private final Map<Integer, Map<String, float[]>> blocks = new HashMap<>();

  /** Whether all of so many blocks have been here. */
  boolean cover(int blockCount) {
    return blocks.size() == blockCount;
  }

  void put(DecoderBlock block, BlockStatistics statistics) {
    Map<String, float[]> norms = new HashMap<>();
    try (PointerScope scope = new PointerScope()) {
      for (LinearInput input : block.inputs()) {
        float[] values = new float[input.features()];
        Linear reader = input.readers().get(0);
        statistics.of(reader).orElseThrow().norms().cpu().data_ptr_float().get(values);
        norms.put(input.name(), values);
      }
    }
    blocks.put(block.index(), norms);
  }

  /** [in] f32 on the device of the linear's weight, the caller's. */
  Tensor of(DecoderBlock block, Linear linear) {
    float[] values = blocks.get(block.index()).get(linear.input().name());
    try (Tensor onHost = Tensor.create(values, values.length)) {
      return onHost.to(linear.weight().device(), ScalarType.Float);
    }
  }
}
