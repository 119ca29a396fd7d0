package dev.espalier.text;

import dev.espalier.BadInputException;
import dev.espalier.CoarseToFine;
import dev.espalier.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What a sampler has drawn from a corpus: the calibration windows, and what they leave of it. Holds
 * the corpus, and the tokenizer must be open as long as this is used.
 */
public final class CalibrationDraw {
  private final Corpus corpus;
  private final WindowSampler sampler;
  private final List<Cut> cuts;

  /** Fewer windows than these are no judge if there can be more. */
  private static final int ENOUGH = 16;

  /** A window: where it starts in a text's or a document's tokens. */
  record Cut(TokenIds tokens, long start) {}

  /** Tokens of a text or a document that no window has. */
  private record Stretch(TokenIds tokens, long from, long to) {
    Stream<Cut> windows(int length) {
      return LongStream.range(0, (to - from) / length)
          .mapToObj(i -> new Cut(tokens, from + i * length));
    }
  }

  CalibrationDraw(Corpus corpus, WindowSampler sampler, List<Cut> cuts) {
    this.corpus = corpus;
    this.sampler = sampler;
    this.cuts = List.copyOf(cuts);
  }

  /** The calibration windows. */
  public TokenWindows windows() {
    return windows(cuts, "seed " + sampler.seed());
  }

  private TokenWindows windows(List<Cut> places, String how) {
    int[][] windows =
        places.stream()
            .map(cut -> cut.tokens.window(cut.start, sampler.seqLen()))
            .toArray(int[][]::new);
    return TokenWindows.owning(windows, corpus.name() + ", " + how);
  }

  /**
   * Windows that share no token with the calibration windows: what a choice can be judged by
   * without looking at a test set. Of a text, consecutive windows between those drawn; of
   * documents, consecutive windows of the documents not drawn, and where these have too few, of
   * what the windows leave of the others.
   *
   * @param limit how many windows at most; they are spread over the text, or over as many documents
   *     from all over the corpus
   * @throws BadInputException if nothing is left
   */
  public TokenWindows heldOut(int limit) {
    return left(limit)
        .orElseThrow(
            () ->
                new BadInputException(
                    corpus.name()
                        + (" has no window of "
                            + sampler.seqLen()
                            + " tokens beside the calibration windows:")
                        + " lower the number of samples or the sequence length, give a longer text, or prune with"
                        + " the uniform allocation, which needs none",
                    Setting.SAMPLES,
                    Setting.SEQ_LEN,
                    Setting.CALIBRATION,
                    Setting.ALLOCATION));
  }

  /** The same; empty if nothing is left. */
  Optional<TokenWindows> left(int limit) {
    List<Cut> chosen =
        corpus instanceof DocumentCorpus all
            ? ofDocuments(all.documents(), limit)
            : spread(cut(unused()), limit);
    return chosen.isEmpty() ? Optional.empty() : Optional.of(windows(chosen, "held out"));
  }

  private List<Cut> ofDocuments(List<String> documents, int limit) {
    List<Cut> chosen = new ArrayList<>(spread(cut(others(documents, limit)), limit));
    if (chosen.size() < Math.min(limit, ENOUGH)) {
      chosen.addAll(spread(cut(unused()), limit - chosen.size()));
    }
    return chosen;
  }

  private List<Cut> cut(Stream<Stretch> stretches) {
    return stretches.flatMap(stretch -> stretch.windows(sampler.seqLen())).toList();
  }

  private static List<Cut> spread(List<Cut> all, int limit) {
    int count = Math.min(limit, all.size());
    return LongStream.range(0, count)
        .mapToObj(i -> all.get((int) (i * all.size() / count)))
        .toList();
  }

  /** Documents that were not drawn and hold a window. A corpus may be sorted by anything. */
  private Stream<Stretch> others(List<String> documents, int limit) {
    Set<TokenIds> drawn = cuts.stream().map(Cut::tokens).collect(Collectors.toSet());
    return CoarseToFine.order(documents.size())
        .mapToObj(documents::get)
        .filter(document -> LongDocuments.canBeLonger(document, sampler.seqLen()))
        .map(document -> TokenIds.of(sampler.tokenizer().encode(document)))
        .filter(tokens -> tokens.length() >= sampler.seqLen())
        .filter(tokens -> !drawn.contains(tokens))
        .limit(limit)
        .map(tokens -> new Stretch(tokens, 0, tokens.length()));
  }

  /** The stretches between windows. What stands in a corpus twice is drawn where one is. */
  private Stream<Stretch> unused() {
    Map<TokenIds, List<Cut>> drawn =
        cuts.stream()
            .collect(Collectors.groupingBy(Cut::tokens, LinkedHashMap::new, Collectors.toList()));
    return drawn.entrySet().stream().flatMap(text -> unused(text.getKey(), text.getValue()));
  }

  private Stream<Stretch> unused(TokenIds tokens, List<Cut> drawn) {
    List<Stretch> stretches = new ArrayList<>();
    long free = 0;
    for (long start : drawn.stream().mapToLong(Cut::start).sorted().toArray()) {
      stretches.add(new Stretch(tokens, free, Math.max(free, start)));
      free = Math.max(free, start + sampler.seqLen());
    }
    stretches.add(new Stretch(tokens, free, tokens.length()));
    return stretches.stream();
  }
}
