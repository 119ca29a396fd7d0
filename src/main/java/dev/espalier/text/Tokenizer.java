package dev.espalier.text;

import dev.espalier.Progress;

/** Turns text into the token ids a model reads. */
public interface Tokenizer extends AutoCloseable {
  /**
   * Encodes the whole text, however long, with the special tokens that belong to its beginning and
   * its end (a leading {@code <s>}, say) and without truncation or padding.
   */
  int[] encode(String text);

  /**
   * The same for a text that need not be in memory.
   *
   * @param progress hears how far it has come where it takes a while
   */
  default TokenIds encode(TextCorpus text, Progress progress) {
    return TokenIds.of(encode(text.text()));
  }

  @Override
  void close();
}
