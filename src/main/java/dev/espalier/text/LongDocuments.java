package dev.espalier.text;

import dev.espalier.BadInputException;
import dev.espalier.Plural;
import dev.espalier.Progress;
import dev.espalier.Setting;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The documents of a corpus that are longer than a window; each document is encoded once. */
final class LongDocuments {
  /** Special tokens and a leading space that a tokenizer may add to a text, with room to spare. */
  private static final int ADDED_TOKENS = 8;

  private static final int UTF8_BYTES_PER_CHAR = 3;

  private final DocumentCorpus corpus;
  private final Tokenizer tokenizer;
  private final int seqLen;
  private final Map<Integer, TokenIds> longer = new HashMap<>();
  private final BitSet shorter = new BitSet();
  private final Progress progress;

  /**
   * @param progress hears of a search that takes long
   */
  LongDocuments(DocumentCorpus corpus, Tokenizer tokenizer, int seqLen, Progress progress) {
    this.progress = progress;
    this.corpus = corpus;
    this.tokenizer = tokenizer;
    this.seqLen = seqLen;
  }

  /** Draws documents until one is longer than a window, and gives its tokens. */
  TokenIds draw(PythonRandom random) {
    List<String> documents = corpus.documents();
    for (int misses = 0; ; misses++) {
      // The published loop would go on for ever if every document were short.
      if (misses == documents.size()) {
        lookAtAll();
      }
      int drawn = (int) random.randint(0, documents.size() - 1);
      if (isLonger(drawn)) {
        return longer.get(drawn);
      }
    }
  }

  private boolean isLonger(int document) {
    if (longer.containsKey(document)) {
      return true;
    }
    if (shorter.get(document)) {
      return false;
    }
    String text = corpus.documents().get(document);
    if (canBeLonger(text, seqLen)) {
      int[] tokens = tokenizer.encode(text);
      if (tokens.length > seqLen) {
        longer.put(document, TokenIds.of(tokens));
        return true;
      }
    }
    shorter.set(document);
    return false;
  }

  /**
   * A token stands for a byte at least, so most documents need no encoding when windows are long.
   */
  static boolean canBeLonger(String text, int seqLen) {
    return (long) text.length() * UTF8_BYTES_PER_CHAR + ADDED_TOKENS > seqLen;
  }

  /** Then each is known, and drawing goes on among them if there is one that is long. */
  private void lookAtAll() {
    List<String> documents = corpus.documents();
    if (longer.size() + shorter.cardinality() == documents.size() && !longer.isEmpty()) {
      return;
    }
    progress.begin(
        "Looking for documents longer than %d tokens in %s".formatted(seqLen, corpus.name()),
        documents.size());
    for (int i = 0; i < documents.size(); i++) {
      isLonger(i);
      progress.step(1);
    }
    progress.end();
    if (!longer.isEmpty()) {
      progress.note(
          "Only %d of %s of %s are longer than %d tokens: all windows come from them."
              .formatted(
                  longer.size(), Plural.of(documents.size(), "document"), corpus.name(), seqLen));
      return;
    }
    String longest = documents.stream().max(Comparator.comparingInt(String::length)).orElseThrow();
    throw new BadInputException(
        "No document of "
            + corpus.name()
            + (" is longer than " + seqLen + " tokens")
            + (" (the longest of " + documents.size() + " has " + tokenizer.encode(longest).length)
            + "): lower the sequence length or give longer documents",
        Setting.SEQ_LEN,
        Setting.CALIBRATION);
  }
}
