package dev.espalier.text;

import java.io.Reader;
import java.util.List;

/** Reads strings one after the other, with a separator between each two. */
final class JoinedReader extends Reader {
  private final List<String> texts;
  private final String separator;
  private int next;
  private String current = "";
  private int position;

  JoinedReader(List<String> texts, String separator) {
    this.texts = texts;
    this.separator = separator;
  }

  @Override
  public int read(char[] chars, int offset, int length) {
    int read = 0;
    while (read < length && more()) {
      int count = Math.min(length - read, current.length() - position);
      current.getChars(position, position + count, chars, offset + read);
      position += count;
      read += count;
    }
    return read == 0 && length > 0 ? -1 : read;
  }

  /** Texts have even turns, the separators between them odd ones. */
  private boolean more() {
    while (position == current.length() && next < 2L * texts.size() - 1) {
      current = next % 2 == 0 ? texts.get(next / 2) : separator;
      position = 0;
      next++;
    }
    return position < current.length();
  }

  @Override
  public void close() {}
}
