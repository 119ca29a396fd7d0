package dev.espalier.text;

import dev.espalier.BadInputException;
import dev.espalier.Plural;
import dev.espalier.Progress;
import dev.espalier.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Draws calibration windows as the published loaders do, so that the same seed gives the same
 * windows: a text as they read wikitext2 (tokenized once, a window anywhere in it), documents as
 * they read C4 (a document drawn until it is longer than a window, then a window inside it).
 *
 * @param tokenizer stays open; the caller closes it
 * @param samples how many windows
 * @param seqLen how many tokens in each
 * @param seed of Python's generator
 */
public record WindowSampler(Tokenizer tokenizer, int samples, int seqLen, long seed) {
  public WindowSampler {
    Objects.requireNonNull(tokenizer);
    requirePositive("the number of samples", samples, Setting.SAMPLES);
    requirePositive("the sequence length", seqLen, Setting.SEQ_LEN);
  }

  private static void requirePositive(String what, int value, Setting setting) {
    if (value < 1) {
      throw new BadInputException(what + " must be at least 1, but is " + value, setting);
    }
  }

  /** The same with another number of windows. */
  WindowSampler of(int count) {
    return new WindowSampler(tokenizer, count, seqLen, seed);
  }

  /**
   * {@link #draw(Corpus, Progress)}, telling nobody.
   *
   * @throws BadInputException if the corpus is too short for them
   */
  public CalibrationDraw draw(Corpus corpus) {
    return draw(corpus, Progress.NONE);
  }

  /**
   * Draws the windows.
   *
   * @param progress hears how far tokenizing has come where it takes a while
   * @throws BadInputException if the corpus is too short for them
   */
  public CalibrationDraw draw(Corpus corpus, Progress progress) {
    PythonRandom random = new PythonRandom(seed);
    Supplier<TokenIds> tokens = tokens(corpus, random, progress);
    List<CalibrationDraw.Cut> cuts = new ArrayList<>();
    for (int i = 0; i < samples; i++) {
      TokenIds from = tokens.get();
      long start = random.randint(0, from.length() - seqLen - 1);
      cuts.add(new CalibrationDraw.Cut(from, start));
    }
    return new CalibrationDraw(corpus, this, cuts);
  }

  /** What each window is cut from: the whole text every time, or a newly drawn document. */
  private Supplier<TokenIds> tokens(Corpus corpus, PythonRandom random, Progress progress) {
    if (corpus instanceof DocumentCorpus documents) {
      LongDocuments longer = new LongDocuments(documents, tokenizer, seqLen, progress);
      return () -> longer.draw(random);
    }
    TokenIds text = tokenizer.encode((TextCorpus) corpus, progress);
    requireEnough(text.length(), corpus);
    return () -> text;
  }

  private void requireEnough(long tokens, Corpus corpus) {
    String has = "%s has %s, but ".formatted(corpus.name(), Plural.of(tokens, "token"));
    if (tokens <= seqLen) {
      throw new BadInputException(
          has
              + ("a window of " + seqLen + " needs a text of at least " + (seqLen + 1L))
              + ": lower the sequence length or give a longer text",
          Setting.SEQ_LEN,
          Setting.CALIBRATION);
    }
    long wanted = (long) samples * seqLen;
    if (wanted > tokens) {
      throw new BadInputException(
          has
              + (samples + " windows of " + seqLen + " tokens are " + wanted)
              + ": lower the number of samples or the sequence length, or give a longer text",
          Setting.SAMPLES,
          Setting.SEQ_LEN,
          Setting.CALIBRATION);
    }
  }
}
