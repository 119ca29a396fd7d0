package dev.espalier.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Which of some weights went: as many as they should be, and those with the smallest scores. */
public final class Choice {
  private final double tie;
  private double gone = Double.NEGATIVE_INFINITY;
  private double left = Double.POSITIVE_INFINITY;
  private long count;

  /**
   * @param tie scores whose relative distance is at most this may be chosen either way
   */
  public Choice(double tie) {
    this.tie = tie;
  }

  /** One of the weights. */
  public void add(double score, boolean went) {
    if (went) {
      count++;
      gone = Math.max(gone, score);
    } else {
      left = Math.min(left, score);
    }
  }

  /** After the last weight. */
  public void finish(long expected, String where) {
    assertEquals(expected, count, () -> "pruned in " + where);
    assertTrue(
        gone <= left * (1 + tie),
        () -> "in %s a score of %s went and one of %s stayed".formatted(where, gone, left));
  }
}
