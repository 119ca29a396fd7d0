package dev.espalier.text;

import dev.espalier.BadInputException;
import java.util.Objects;

/**
 * One text, taken as it is and tokenized once, from end to end.
 *
 * @param name what messages and reports call it
 * @param text the whole text, not empty
 */
record TextCorpus(String name, String text) implements Corpus {
  public TextCorpus {
    Objects.requireNonNull(name);
    if (text.isEmpty()) {
      throw new BadInputException(name + " is empty: give a file with text in it");
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
