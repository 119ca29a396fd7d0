package dev.espalier.forward;

import dev.espalier.checkpoint.Dtype;
import dev.espalier.device.Placement;
import dev.espalier.model.description.BlockDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.text.TokenWindows;
import java.util.function.ToLongFunction;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How much memory of the device windows take on their way through a model: upper estimates, in
 * bytes.
 */
final class ActivationMemory {
  private static final long FLOAT = Float.BYTES;

  /** A token's hidden state, its norm, what is added to it and the sum. */
  private static final long STREAM = 4;

  /** The block at work and the next one. */
  private static final long LOADED = 2;

  /** Workspaces of the matrix products, and what the allocator cannot use. */
  private static final long SLACK = 1L << 30;

  private final DecoderDescription model;
  private final long element;
  private final boolean wide;

  ActivationMemory(DecoderDescription model, Placement placement) {
    this.model = model;
    this.element = Dtype.of(placement.dtype()).bytes();
    this.wide = placement.dtype() == ScalarType.Float;
  }

  /** The activations of one token inside a block, in f32 whatever the dtype. */
  long activations() {
    return FLOAT * (STREAM * model.hiddenSize() + largest(BlockDescription::activations));
  }

  /** The hidden states of the windows. */
  long states(TokenWindows windows) {
    return element * windows.count() * windows.seqLen() * model.hiddenSize();
  }

  /**
   * All that is needed at once beside the hidden states.
   *
   * @param batch windows that pass through a block together
   * @param beside by other work on the blocks
   */
  long working(long batch, int seqLen, MemoryBeside beside) {
    long passing =
        batch * (seqLen * activations() + FLOAT * largest(block -> block.scores(seqLen, wide)));
    long head = element * model.vocabularySize() * model.hiddenSize();
    long logits = (element + 2 * FLOAT) * model.vocabularySize() * seqLen;
    return LOADED * element * largest(BlockDescription::parameters)
        + beside.throughout()
        + Math.max(passing, beside.between())
        + head
        + logits
        + SLACK;
  }

  private long largest(ToLongFunction<BlockDescription> size) {
    return model.blocks().stream().mapToLong(size).max().orElse(0);
  }
}
