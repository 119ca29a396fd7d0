package dev.espalier.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Reads and compares tensors. */
final class Tensors {
  private Tensors() {}

  /** All values in row-major order. */
  static float[] values(Tensor tensor) {
    try (PointerScope scope = new PointerScope()) {
      Tensor plain = tensor.cpu().to(ScalarType.Float).contiguous();
      float[] values = new float[Math.toIntExact(plain.numel())];
      new FloatPointer(plain.data_ptr_float()).get(values);
      return values;
    }
  }

  static void assertEqual(Tensor expected, Tensor actual, double tolerance) {
    assertArrayEquals(expected.shape(), actual.shape());
    assertArrayEquals(values(expected), values(actual), (float) tolerance);
  }

  /** Runs all blocks and returns the last hidden state, which the caller closes. */
  static Tensor run(DecoderModel model, Tensor tokens) {
    Tensor hidden = model.embed(tokens);
    for (int i = 0; i < model.blockCount(); i++) {
      try (DecoderBlock block = model.loadBlock(i);
          Tensor before = hidden) {
        hidden = block.forward(before);
      }
    }
    return hidden;
  }

  /** The logits of all positions, which the caller closes. */
  static Tensor logits(DecoderModel model, Tensor tokens) {
    try (Tensor hidden = run(model, tokens)) {
      return model.logits(hidden);
    }
  }
}
