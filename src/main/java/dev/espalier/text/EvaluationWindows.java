package dev.espalier.text;

import dev.espalier.BadInputException;
import dev.espalier.Plural;
import dev.espalier.Progress;
import dev.espalier.Setting;

/** Cuts a corpus into the windows perplexity is measured on. */
public final class EvaluationWindows {
  private EvaluationWindows() {}

  /** {@link #of(Corpus, Tokenizer, int, Progress)}, telling nobody. */
  public static TokenWindows of(Corpus corpus, Tokenizer tokenizer, int seqLen) {
    return of(corpus, tokenizer, seqLen, Progress.NONE);
  }

  /**
   * Tokenizes the corpus once and cuts it into consecutive windows that do not overlap; tokens left
   * over at the end are dropped. A text is taken as it is; documents are joined with {@code
   * "\n\n"}, as wikitext2's test split is. For another separator, pass {@link
   * DocumentCorpus#joined}.
   *
   * @param progress hears how far tokenizing has come where it takes a while
   * @throws BadInputException if the corpus is shorter than one window
   */
  public static TokenWindows of(Corpus corpus, Tokenizer tokenizer, int seqLen, Progress progress) {
    if (seqLen < 2) {
      throw new BadInputException(
          "the sequence length must be at least 2 for perplexity, in which earlier tokens predict later"
              + (" ones, but is " + seqLen),
          Setting.SEQ_LEN);
    }
    TextCorpus text =
        corpus instanceof DocumentCorpus documents ? documents.joined("\n\n") : (TextCorpus) corpus;
    TokenIds tokens = tokenizer.encode(text, progress);
    if (tokens.length() < seqLen) {
      throw new BadInputException(
          corpus.name()
              + (" has "
                  + Plural.of(tokens.length(), "token")
                  + ", fewer than one window of "
                  + seqLen)
              + ": lower the sequence length or give a longer text",
          Setting.SEQ_LEN,
          Setting.EVALUATION);
    }
    int[][] windows = new int[Math.toIntExact(tokens.length() / seqLen)][];
    for (int i = 0; i < windows.length; i++) {
      windows[i] = tokens.window((long) i * seqLen, seqLen);
    }
    return TokenWindows.owning(windows, corpus.name());
  }
}
