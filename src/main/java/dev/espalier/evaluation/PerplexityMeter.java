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
    this.hidden = HiddenStates.embed(model, windows, beside.and(beside(model, windows)), progress);
  }

  /** What measuring takes of the model's device beside the windows' way through its blocks. */
  public static MemoryBeside beside(DecoderModel model, TokenWindows windows) {
    return TokenLosses.beside(model, HiddenStates.batchTokens(model, windows));
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
    TokenLosses head = new TokenLosses(model);
    double[] losses = new double[windows.count()];
    int[] done = {0};
    hidden.forEachBatch(
        batch -> {
          int count = (int) batch.size(0);
          head.means(batch, windows.tensor(done[0], done[0] + count), losses, done[0]);
          done[0] += count;
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

  @Override
  public void close() {
    hidden.close();
  }
}
