package dev.espalier.text;

import dev.espalier.BadInputException;
import dev.espalier.CoarseToFine;
import dev.espalier.Setting;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a sampler has drawn from a corpus: the calibration windows, and what they leave of it. Holds
 * the corpus, and the tokenizer must be open as long as this is used.
 */
public final class CalibrationDraw {
  private final Corpus corpus;
  private final WindowSampler sampler;
  private final List<Cut> cuts;

  /** A window: where it starts in a text's or a document's tokens. */
  record Cut(int[] tokens, int start) {}

  CalibrationDraw(Corpus corpus, WindowSampler sampler, List<Cut> cuts) {
    this.corpus = corpus;
    this.sampler = sampler;
    this.cuts = List.copyOf(cuts);
  }

  /** The calibration windows. */
  public TokenWindows windows() {
    int[][] windows =
        cuts.stream()
            .map(cut -> Arrays.copyOfRange(cut.tokens, cut.start, cut.start + sampler.seqLen()))
            .toArray(int[][]::new);
    return new TokenWindows(windows, corpus.name() + ", seed " + sampler.seed());
  }

  /**
   * Windows that share no token with the calibration windows: what a choice can be judged by
   * without looking at a test set. Of a text, consecutive windows between those drawn; of
   * documents, consecutive windows of the documents not drawn.
   *
   * @param limit how many windows at most; they are spread over the text, or over as many documents
   *     from all over the corpus
   * @throws BadInputException if nothing is left
   */
  public TokenWindows heldOut(int limit) {
    int length = sampler.seqLen();
    List<int[]> free = new ArrayList<>();
    for (int[] stretch : untouched(limit)) {
      for (int start = 0; start + length <= stretch.length; start += length) {
        free.add(Arrays.copyOfRange(stretch, start, start + length));
      }
    }
    if (free.isEmpty()) {
      throw new BadInputException(
          corpus.name()
              + (" has no window of " + length + " tokens beside the calibration windows:")
              + " lower the number of samples or the sequence length, give a longer text, or prune with"
              + " the uniform allocation, which needs none",
          Setting.SAMPLES,
          Setting.SEQ_LEN,
          Setting.CALIBRATION,
          Setting.ALLOCATION);
    }
    int count = Math.min(limit, free.size());
    int[][] windows = new int[count][];
    for (int i = 0; i < count; i++) {
      windows[i] = free.get((int) ((long) i * free.size() / count));
    }
    return new TokenWindows(windows, corpus.name() + ", held out");
  }

  /** Of a text the stretches between the windows, of documents so many of those not drawn. */
  private List<int[]> untouched(int documents) {
    return corpus instanceof DocumentCorpus all
        ? otherDocuments(all.documents(), documents)
        : stretchesBetween();
  }

  /** Documents that were not drawn and hold a window. A corpus may be sorted by anything. */
  private List<int[]> otherDocuments(List<String> documents, int limit) {
    Set<IntBuffer> drawn = new HashSet<>(); // buffers compare by content
    cuts.forEach(cut -> drawn.add(IntBuffer.wrap(cut.tokens)));
    return CoarseToFine.order(documents.size())
        .mapToObj(documents::get)
        .filter(document -> LongDocuments.canBeLonger(document, sampler.seqLen()))
        .map(sampler.tokenizer()::encode)
        .filter(tokens -> tokens.length >= sampler.seqLen())
        .filter(tokens -> !drawn.contains(IntBuffer.wrap(tokens)))
        .limit(limit)
        .toList();
  }

  private List<int[]> stretchesBetween() {
    int[] text = cuts.get(0).tokens;
    List<int[]> stretches = new ArrayList<>();
    int free = 0;
    for (int start : cuts.stream().mapToInt(Cut::start).sorted().toArray()) {
      stretches.add(Arrays.copyOfRange(text, free, Math.max(free, start)));
      free = Math.max(free, start + sampler.seqLen());
    }
    stretches.add(Arrays.copyOfRange(text, free, text.length));
    return stretches;
  }
}
