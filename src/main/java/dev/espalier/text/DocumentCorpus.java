package dev.espalier.text;

import dev.espalier.BadInputException;
import java.util.List;
import java.util.Objects;

/**
 * Many documents in a fixed order; a window never spans two of them.
 *
 * @param name what messages and reports call it
 * @param documents the texts, at least one; a text may be empty, for it still counts in a draw
 */
record DocumentCorpus(String name, List<String> documents) implements Corpus {
  public DocumentCorpus {
    Objects.requireNonNull(name);
    documents = List.copyOf(documents);
    if (documents.isEmpty()) {
      throw new BadInputException(name + " is empty: give a file with documents in it");
    }
  }

  /** All documents as one text. */
  public TextCorpus joined(String separator) {
    return new TextCorpus(name, documents, separator);
  }

  @Override
  public String toString() {
    return name;
  }
}
