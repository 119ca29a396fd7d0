package dev.espalier.text;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** A token a character, its code, after a leading 0; remembers what it was asked to encode. */
final class CharacterTokenizer implements Tokenizer {
  final List<String> encoded = new ArrayList<>();

  @Override
  public int[] encode(String text) {
    encoded.add(text);
    return IntStream.concat(IntStream.of(0), text.chars()).toArray();
  }

  @Override
  public void close() {}
}
