package dev.espalier.calibration;

import dev.espalier.BadInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Windows of a calibration corpus that share no token with the calibration windows: what a choice
 * can be judged by without looking at a test set. Of a text, consecutive windows between those
 * drawn; of documents, consecutive windows of the documents not drawn.
 */
public final class HeldOutWindows {
  private HeldOutWindows() {}

  /**
   * @param sampler what draws the calibration windows from the corpus
   * @param limit how many windows at most; they are spread over the corpus
   * @throws BadInputException if nothing is left
   */
  public static TokenWindows of(Corpus corpus, WindowSampler sampler, int limit) {
    List<int[]> free = new ArrayList<>();
    for (int[] stretch : sampler.untouched(corpus, limit)) {
      int length = sampler.seqLen();
      for (int start = 0; start + length <= stretch.length; start += length) {
        free.add(Arrays.copyOfRange(stretch, start, start + length));
      }
    }
    if (free.isEmpty()) {
      throw new BadInputException(
          corpus.name()
              + " has no window of "
              + sampler.seqLen()
              + " tokens beside the calibration windows: lower --samples or --seq-len, give a longer"
              + " text, or choose by a test text");
    }
    int count = Math.min(limit, free.size());
    int[][] windows = new int[count][];
    for (int i = 0; i < count; i++) {
      windows[i] = free.get((int) ((long) i * free.size() / count));
    }
    return new TokenWindows(windows, corpus.name() + ", held out");
  }
}
