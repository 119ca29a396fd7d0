package dev.espalier.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The token ids of a text, four bytes each, as many as there are: a text may have more tokens than
 * an array can hold. Grows at its end; equal if the ids are.
 */
public final class TokenIds {
  /** A megabyte. */
  private static final int CHUNK = 1 << 18;

  private static final int SMALLEST = 1 << 6;

  private final List<int[]> chunks = new ArrayList<>();
  private int[] last = new int[0];
  private int used;

  /** A copy of these ids. */
  public static TokenIds of(int... ids) {
    TokenIds all = new TokenIds();
    for (int id : ids) {
      all.add(id);
    }
    return all;
  }

  /** Adds an id to the end. */
  public void add(int id) {
    if (used == last.length) {
      grow();
    }
    last[used++] = id;
  }

  /** The first chunk grows with its text, which is a document as a rule; the others are whole. */
  private void grow() {
    if (used == CHUNK || chunks.isEmpty()) {
      last = new int[chunks.isEmpty() ? SMALLEST : CHUNK];
      chunks.add(last);
      used = 0;
    } else {
      last = Arrays.copyOf(last, 2 * last.length);
      chunks.set(0, last);
    }
  }

  /** How many there are. */
  public long length() {
    return chunks.isEmpty() ? 0 : (chunks.size() - 1L) * CHUNK + used;
  }

  /**
   * So many ids from a place on.
   *
   * @param start counted from 0
   */
  public int[] window(long start, int length) {
    Objects.checkFromIndexSize(start, length, length());
    int[] window = new int[length];
    for (int done = 0; done < length; ) {
      long from = start + done;
      int[] chunk = chunks.get((int) (from / CHUNK));
      int offset = (int) (from % CHUNK);
      int count = Math.min(length - done, chunk.length - offset);
      System.arraycopy(chunk, offset, window, done, count);
      done += count;
    }
    return window;
  }

  /**
   * All of them, if they are not too many for one array.
   *
   * @throws ArithmeticException if they are
   */
  public int[] toArray() {
    return window(0, Math.toIntExact(length()));
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof TokenIds ids) || ids.length() != length()) {
      return false;
    }
    for (int i = 0; i < chunks.size(); i++) {
      int count = i == chunks.size() - 1 ? used : CHUNK;
      if (!Arrays.equals(chunks.get(i), 0, count, ids.chunks.get(i), 0, count)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    int hash = Long.hashCode(length());
    for (int i = 0; i < Math.min(length(), SMALLEST); i++) {
      hash = 31 * hash + chunks.get(0)[i];
    }
    return hash;
  }

  @Override
  public String toString() {
    return length() + " ids";
  }
}
