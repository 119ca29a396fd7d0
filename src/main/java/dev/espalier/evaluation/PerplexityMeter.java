package dev.espalier.evaluation;

import dev.espalier.BadInputException;
import dev.espalier.NumericalException;
import dev.espalier.Progress;
import dev.espalier.forward.ActivationFault;
import dev.espalier.forward.HiddenStates;
import dev.espalier.forward.MemoryBeside;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.DecoderModel;
import dev.espalier.text.TokenWindows;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Passes evaluation windows through blocks as these become available, so that a pruned model can be
 * measured while it is being pruned, without being stored.
 */
public final class PerplexityMeter implements AutoCloseable {
  private final DecoderModel model;
  private final TokenWindows windows;
  private final HiddenStates hidden;

  /**
   * @param beside what is done with the blocks beside measuring them
   */
  public PerplexityMeter(
      DecoderModel model, TokenWindows windows, MemoryBeside beside, Progress progress) {
    this.model = model;
    this.windows = windows;
    this.hidden = HiddenStates.embed(model, windows, beside, progress);
  }

  /** How often every window is taken up: once per block, and once for the head. */
  public static long passes(DecoderModel model) {
    return model.blockCount() + 1L;
  }

  /** Passes the windows through the next block. */
  public void advance(DecoderBlock block) {
    hidden.advance(block);
  }

  /** The perplexity, after the last block. */
  public Perplexity finish() {
    return new Perplexity(
        Perplexity.of(losses()), Perplexity.Protocol.of(windows, model.placement().dtypeName()));
  }

  /**
   * The mean negative log-likelihood of each window, in nats, after the last block.
   *
   * @throws BadInputException if a weight of the head is not finite
   * @throws NumericalException if a loss is not
   */
  public double[] losses() {
    double[] losses = new double[windows.count()];
    int[] window = {0};
    hidden.forEachBatch(
        batch -> {
          for (long i = 0; i < batch.size(0); i++) {
            losses[window[0]] = meanLoss(batch.narrow(0, i, 1), window[0]);
            window[0]++;
          }
        });
    for (int i = 0; i < losses.length; i++) {
      if (!Double.isFinite(losses[i])) {
        model.requireFiniteEnds();
        throw ActivationFault.of(
            "the logits of window %d of %s".formatted(i + 1, windows.source()),
            model.placement().dtype());
      }
    }
    return losses;
  }

  /** Mean negative log-likelihood of a window's tokens given those before; hidden [1, len, dim]. */
  private double meanLoss(Tensor hidden, int window) {
    int predicted = windows.seqLen() - 1;
    try (PointerScope scope = new PointerScope()) {
      Tensor ids = windows.tensor(window, window + 1).to(hidden.device(), ScalarType.Long);
      Tensor targets = ids.narrow(1, 1, predicted).flatten();
      Tensor logits = model.logits(hidden.narrow(1, 0, predicted)).squeeze(0);
      return torch.cross_entropy_loss(logits.to(ScalarType.Float), targets).item_double();
    }
  }

  @Override
  public void close() {
    hidden.close();
  }
}
