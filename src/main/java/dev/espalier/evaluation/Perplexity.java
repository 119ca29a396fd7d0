package dev.espalier.evaluation;

import dev.espalier.Progress;
import dev.espalier.calibration.TokenWindows;
import dev.espalier.model.DecoderModel;
import java.util.Arrays;

/**
 * Perplexity of a model on a corpus.
 *
 * @param value exp of the mean negative log-likelihood
 * @param protocol without which the value means nothing
 */
public record Perplexity(double value, Protocol protocol) {
  /**
   * How a perplexity was measured: non-overlapping windows, the remainder dropped, the loss
   * averaged over the seqLen − 1 predicted positions of each window.
   *
   * @param corpus the text
   * @param dtype the compute dtype
   */
  public record Protocol(String corpus, int seqLen, int windows, String dtype) {
    /** Of these windows. */
    public static Protocol of(TokenWindows windows, String dtype) {
      return new Protocol(windows.source(), windows.seqLen(), windows.count(), dtype);
    }

    @Override
    public String toString() {
      return "%s, %d windows of %d tokens, %s".formatted(corpus, windows, seqLen, dtype);
    }
  }

  /** Of windows of one length, from the {@linkplain PerplexityMeter#losses losses} of each. */
  public static double of(double[] losses) {
    return Math.exp(Arrays.stream(losses).average().orElseThrow());
  }

  /** Measures the model, which is never in memory as a whole. */
  public static Perplexity measure(DecoderModel model, TokenWindows windows, Progress progress) {
    try (PerplexityMeter meter = new PerplexityMeter(model, windows, progress)) {
      model.blocks().forEach(meter::advance);
      return meter.finish();
    }
  }
}
