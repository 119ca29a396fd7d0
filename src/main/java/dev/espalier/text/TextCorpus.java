package dev.espalier.text;

import dev.espalier.BadInputException;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * One text, taken as it is and tokenized once, from end to end. That of a file is not held: it is
 * read while it is tokenized.
 */
public final class TextCorpus implements Corpus {
  private static final int LONGEST = Integer.MAX_VALUE / 2;

  private final String name;
  private final long size;
  private final Source source;

  private interface Source {
    <T> T read(LongConsumer progress, TextFile.ReadFrom<Reader, T> reading);
  }

  /**
   * A text in memory.
   *
   * @param name what messages and reports call it
   * @param text the whole text, not empty
   */
  public TextCorpus(String name, String text) {
    this(name, List.of(text), "");
  }

  /** Texts in memory as one, with a separator between each two. */
  TextCorpus(String name, List<String> texts, String separator) {
    this(name, 0, new Joined(texts, separator));
    requireSome();
  }

  private TextCorpus(String name, long size, Source source) {
    this.name = Objects.requireNonNull(name);
    this.size = size;
    this.source = source;
  }

  /** The text of a file. */
  static TextCorpus of(TextFile file) {
    TextCorpus corpus = new TextCorpus(file.path().toString(), file.size(), file::read);
    if (!file.isPipe()) { // which can be opened only once
      corpus.requireSome();
    }
    return corpus;
  }

  private void requireSome() {
    boolean empty = read(bytes -> {}, reader -> reader.read() < 0);
    if (empty) {
      throw new BadInputException(name + " is empty: give a file with text in it");
    }
  }

  @Override
  public String name() {
    return name;
  }

  /** Bytes of its file; 0 where there is none. */
  long size() {
    return size;
  }

  /**
   * Reads it from its beginning.
   *
   * @param progress hears of bytes of the file that were read
   * @throws BadInputException if the file is not UTF-8 or not readable
   */
  <T> T read(LongConsumer progress, TextFile.ReadFrom<Reader, T> reading) {
    return source.read(progress, reading);
  }

  /**
   * The whole text, all of it in memory.
   *
   * @throws BadInputException if it is too long for that
   */
  public String text() {
    return read(
        bytes -> {},
        reader -> {
          StringBuilder text = new StringBuilder();
          char[] buffer = new char[1 << 14];
          for (int count = reader.read(buffer); count >= 0; count = reader.read(buffer)) {
            if (text.length() > LONGEST - count) {
              throw new BadInputException(
                  name + " has more characters than fit into memory: give a part of it");
            }
            text.append(buffer, 0, count);
          }
          return text.toString();
        });
  }

  @Override
  public String toString() {
    return name;
  }

  /** Strings one after the other, without another copy of them. */
  private record Joined(List<String> texts, String separator) implements Source {
    @Override
    public <T> T read(LongConsumer progress, TextFile.ReadFrom<Reader, T> reading) {
      try (Reader reader = new JoinedReader(texts, separator)) {
        return reading.from(reader);
      } catch (IOException e) {
        throw new UncheckedIOException(e); // there is none in reading strings
      }
    }
  }
}
