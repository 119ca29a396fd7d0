package dev.espalier.forward;

import dev.espalier.checkpoint.Dtype;
import dev.espalier.device.Placement;
import dev.espalier.model.description.BlockDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.text.TokenWindows;
import java.util.function.ToLongFunction;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** How much memory of the device windows take on their way through a model, in bytes. */
final class ActivationMemory {
  private static final long FLOAT = Float.BYTES;

  /** A token's hidden state, its norm, what is added to it and the sum. */
  private static final long STREAM = 4;

  /** Its norm, what is added to it and the sum; the state itself is among the states. */
  private static final long STANDING_STREAM = 3;

  /** In float32 for its norm: the state and its square. */
  private static final long NORM = 2;

  /** Workspaces of the matrix products, and what the allocator cannot use. */
  private static final long CUDA_SLACK = 1L << 30;

  private static final long CPU_SLACK = 64L << 20;

  private final DecoderDescription model;
  private final long element;
  private final boolean cuda;
  private final boolean wide;

  ActivationMemory(DecoderDescription model, Placement placement) {
    this.model = model;
    this.element = Dtype.of(placement.dtype()).bytes();
    this.cuda = placement.device().isCuda();
    this.wide = placement.dtype() == ScalarType.Float || !cuda;
  }

  /**
   * The activations of one token inside a block, in f32 whatever the dtype, as if all were kept to
   * the end: what batches are made by.
   */
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
    return loaded()
        + beside.throughout()
        + Math.max(passing(batch, seqLen), beside.between())
        + (cuda ? CUDA_SLACK : CPU_SLACK);
  }

  /** On a CUDA device the block at work and the next one. */
  private long loaded() {
    return (cuda ? 2 : 1) * element * largest(BlockDescription::parameters);
  }

  /** What stands at once while a batch passes. */
  private long passing(long batch, int seqLen) {
    long token =
        // On the CPU attention is computed in float32.
        (cuda ? element : FLOAT)
            * (STANDING_STREAM * model.hiddenSize() + largest(BlockDescription::standing));
    long norm = element == FLOAT ? 0 : FLOAT * NORM * model.hiddenSize();
    return batch * (seqLen * (token + norm) + FLOAT * largest(block -> block.scores(seqLen, wide)));
  }

  private long largest(ToLongFunction<BlockDescription> size) {
    return model.blocks().stream().mapToLong(size).max().orElse(0);
  }
}
