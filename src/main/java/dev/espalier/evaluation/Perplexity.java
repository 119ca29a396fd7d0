package dev.espalier.evaluation;

import dev.espalier.Plural;
import dev.espalier.Progress;
import dev.espalier.forward.MemoryBeside;
import dev.espalier.model.DecoderModel;
import dev.espalier.text.TokenWindows;
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
   * @param corpus the text, as the user named it
   * @param digest of the token ids, which tells the text however it was named; empty if unknown
   * @param dtype the compute dtype
   */
  public record Protocol(String corpus, String digest, int seqLen, int windows, String dtype) {
    /** Of these windows. */
    public static Protocol of(TokenWindows windows, String dtype) {
      return new Protocol(
          windows.source(), windows.digest(), windows.seqLen(), windows.count(), dtype);
    }

    /** Whether perplexities can be compared: it was the same, but for the name of the text. */
    public boolean comparesWith(Protocol other) {
      boolean known = !digest.isEmpty() && !other.digest.isEmpty();
      return (known ? digest.equals(other.digest) : corpus.equals(other.corpus))
          && seqLen == other.seqLen
          && windows == other.windows
          && dtype.equals(other.dtype);
    }

    @Override
    public String toString() {
      return "%s, %s of %s, %s"
          .formatted(corpus, Plural.of(windows, "window"), Plural.of(seqLen, "token"), dtype);
    }
  }

  /** Of windows of one length, from the {@linkplain PerplexityMeter#losses losses} of each. */
  public static double of(double[] losses) {
    return Math.exp(Arrays.stream(losses).average().orElseThrow());
  }

  /** Measures the model, which is never in memory as a whole. */
  public static Perplexity measure(DecoderModel model, TokenWindows windows, Progress progress) {
    try (PerplexityMeter meter = new PerplexityMeter(model, windows, MemoryBeside.NONE, progress)) {
      model.blocks().forEach(meter::advance);
      return meter.finish();
    }
  }
}
