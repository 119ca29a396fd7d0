package dev.espalier.calibration;

import dev.espalier.Progress;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.DecoderDescription;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.InputObserver;
import dev.espalier.model.NativeMemory;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The residual stream of a set of token windows between two blocks: [windows, seqLen, hidden] in
 * the compute dtype, on the model's device. It advances block by block and is overwritten in place,
 * so there is never a second copy.
 */
public final class HiddenStates implements AutoCloseable {
  /**
   * Memory for one batch's activations. A constant, not what happens to be free: the batch decides
   * the order of sums, and a resumed run must repeat it.
   */
  private static final long BATCH_BYTES = 512L << 20;

  private static final long MAX_BATCH_TOKENS = 8192;

  private final Tensor states;
  private final long windows;
  private final long batch;
  private final Progress progress;

  private HiddenStates(Tensor states, long batch, Progress progress) {
    this.states = states;
    this.windows = states.size(0);
    this.batch = batch;
    this.progress = progress;
  }

  /**
   * Embeds the windows.
   *
   * @param progress told one step per window that has passed through a block
   */
  public static HiddenStates embed(DecoderModel model, TokenWindows windows, Progress progress) {
    return embed(model, windows, batchSize(model.description(), windows.seqLen()), progress);
  }

  /** As above, {@code batch} windows at a time. */
  static HiddenStates embed(
      DecoderModel model, TokenWindows windows, long batch, Progress progress) {
    Tensor states =
        NativeMemory.own(
            () -> {
              Tensor all = null;
              for (int first = 0; first < windows.count(); first += (int) batch) {
                int last = (int) Math.min(windows.count(), first + batch);
                Tensor embedded = model.embed(windows.tensor(first, last));
                if (all == null) {
                  long[] shape = {windows.count(), windows.seqLen(), embedded.size(2)};
                  all = torch.empty(shape, embedded.options(), null);
                }
                all.narrow(0, first, last - first).copy_(embedded);
                embedded.close();
              }
              return all;
            });
    return new HiddenStates(states, batch, progress);
  }

  private static long batchSize(DecoderDescription model, int seqLen) {
    long attention = 4L * model.attention().heads() * model.attention().headDim();
    long floats = 4L * model.hiddenSize() + attention + 3L * model.mlp().intermediateSize();
    long tokens = Math.min(MAX_BATCH_TOKENS, BATCH_BYTES / (Float.BYTES * floats));
    return Math.max(1, tokens / seqLen);
  }

  public long windows() {
    return windows;
  }

  /** Shows the inputs of the block's linears to {@code observer}; the states stay as they are. */
  public void observe(DecoderBlock block, InputObserver observer) {
    forEachBatch(hidden -> block.observe(hidden, observer));
  }

  /** Passes all windows through the block. */
  public void advance(DecoderBlock block) {
    forEachBatch(hidden -> hidden.copy_(block.forward(hidden)));
  }

  /** {@link #observe} and {@link #advance} in one forward pass. */
  public void advance(DecoderBlock block, InputObserver observer) {
    forEachBatch(hidden -> hidden.copy_(block.forward(hidden, observer)));
  }

  /** Visits the states batch by batch: views [batch, seqLen, hidden], valid during the call. */
  public void forEachBatch(Consumer<Tensor> visitor) {
    for (long first = 0; first < windows; first += batch) {
      long start = first;
      long count = Math.min(batch, windows - first);
      NativeMemory.run(() -> visitor.accept(states.narrow(0, start, count)));
      progress.step(count);
    }
  }

  @Override
  public void close() {
    states.close();
  }
}
