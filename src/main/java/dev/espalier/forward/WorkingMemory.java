package dev.espalier.forward;

import dev.espalier.device.Placement;
import dev.espalier.model.description.BlockDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.text.TokenWindows;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How much memory of the device work on a model takes beside the hidden states: upper estimates,
 * whatever the pruning method, in bytes.
 */
final class WorkingMemory {
  private static final long FLOAT = Float.BYTES;

  /** A Hessian's factorisation works in f64 on two matrices of its size. */
  private static final long FACTORING = 2 * Double.BYTES;

  /** Copies of a linear while it is pruned: the scores, sorted, with indices and running sums. */
  private static final long PRUNING = 32;

  /** Blocks with statistics: where a model is pruned several times, the first block's are kept. */
  private static final int FIRST_AND_CURRENT = 2;

  /** Workspaces of the matrix products, and what the allocator cannot use. */
  private static final long SLACK = 1L << 30;

  private WorkingMemory() {}

  /** The activations of one token inside a block, in f32. */
  static long activations(DecoderDescription model) {
    long inside = model.blocks().stream().mapToLong(BlockDescription::activations).max().orElse(0);
    return FLOAT * (4L * model.hiddenSize() + inside);
  }

  /** The hidden states of the windows. */
  static long states(DecoderDescription model, Placement placement, TokenWindows windows) {
    return element(placement) * windows.count() * windows.seqLen() * model.hiddenSize();
  }

  /**
   * All that is needed at once beside the hidden states.
   *
   * @param batch windows that pass through a block together
   */
  static long bytes(DecoderDescription model, Placement placement, long batch, int seqLen) {
    long element = element(placement);
    long loaded = 2 * element * largest(model, WorkingMemory::parameters);
    long passing = batch * (seqLen * activations(model) + attention(model, placement, seqLen));
    long head = element * model.vocabularySize() * model.hiddenSize();
    long logits = (element + 2 * FLOAT) * model.vocabularySize() * seqLen;
    return loaded
        + FIRST_AND_CURRENT * largest(model, WorkingMemory::statistics)
        + Math.max(passing, largest(model, WorkingMemory::pruning))
        + head
        + logits
        + SLACK;
  }

  private static long element(Placement placement) {
    return placement.dtype() == ScalarType.Float ? Float.BYTES : Short.BYTES;
  }

  private interface BlockSize {
    long of(List<LinearDescription> linears);
  }

  private static long largest(DecoderDescription model, BlockSize size) {
    return IntStream.range(0, model.blockCount())
        .mapToLong(block -> size.of(model.linears(block)))
        .max()
        .orElse(0);
  }

  private static long parameters(List<LinearDescription> linears) {
    return linears.stream().mapToLong(LinearDescription::parameters).sum();
  }

  /** A Hessian for every input that linears share. */
  private static long statistics(List<LinearDescription> linears) {
    return linears.stream()
        .collect(
            Collectors.toMap(
                LinearDescription::input, linear -> square(linear.inFeatures()), Math::max))
        .values()
        .stream()
        .mapToLong(elements -> FLOAT * elements)
        .sum();
  }

  private static long pruning(List<LinearDescription> linears) {
    return linears.stream()
        .mapToLong(
            linear -> FACTORING * square(linear.inFeatures()) + PRUNING * linear.parameters())
        .max()
        .orElse(0);
  }

  private static long square(long n) {
    return n * n;
  }

  /** The scores of one window where they are not fused. */
  private static long attention(DecoderDescription model, Placement placement, int seqLen) {
    return placement.dtype() != ScalarType.Float
        ? 0
        : FLOAT * model.blocks().stream().mapToLong(block -> block.scores(seqLen)).max().orElse(0);
  }
}
