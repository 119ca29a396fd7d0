package dev.espalier.text;

/** Turns text into the token ids a model reads. */
public interface Tokenizer extends AutoCloseable {
  /**
   * Encodes the whole text, however long, with the special tokens the tokenizer itself adds (a
   * leading {@code <s>}, say) and without truncation or padding.
   */
  int[] encode(String text);

  @Override
  void close();
}
