package dev.espalier.model.description;

/**
 * How attention weighs keys: softmax over the keys that a query sees of cap · tanh(scale · query ·
 * key / cap).
 *
 * @param cap the soft cap, infinite if there is none
 * @param window how many keys a query sees, its own position and those before it; {@link
 *     #EVERYTHING} if it sees all
 */
public record ScoreDescription(double scale, double cap, int window) {
  /** The window of a query that sees all keys before it. */
  public static final int EVERYTHING = Integer.MAX_VALUE;

  /** The usual scores: 1 / sqrt(headDim), neither cap nor window. */
  public static ScoreDescription usual(int headDim) {
    return new ScoreDescription(1 / Math.sqrt(headDim), Double.POSITIVE_INFINITY, EVERYTHING);
  }

  /** The same within a window. */
  public ScoreDescription within(int keys) {
    return new ScoreDescription(scale, cap, keys);
  }

  /** Whether there is a soft cap. */
  public boolean isCapped() {
    return Double.isFinite(cap);
  }

  /** Whether some token of a text does not see the first. */
  public boolean isNarrowerThan(long length) {
    return window < length;
  }
}
