package dev.espalier.text;

import java.io.IOException;
import java.io.Reader;
import java.util.Arrays;
import java.util.function.Function;

/**
 * Encodes a text piece by piece, with the memory of one piece, to the ids that the whole would
 * have. A text is only cut where {@link SafeCuts} knows that it may be; a piece grows until there
 * is such a place.
 */
final class PieceEncoder {
  /** Characters. Smaller ones are not faster, larger ones take more memory and are slower. */
  static final int USUAL = 1 << 16;

  /** Characters around a cut that are encoded once more, to see that it changes nothing. */
  private static final int AROUND = 48;

  private final Function<String, int[]> encoder;
  private final SafeCuts cuts;
  private final int usual;

  /**
   * @param encoder gives a text's ids, without those of its beginning and its end
   * @param usual how many characters a piece has if it can be cut there
   */
  PieceEncoder(Function<String, int[]> encoder, SafeCuts cuts, int usual) {
    this.encoder = encoder;
    this.cuts = cuts;
    this.usual = usual;
  }

  /** Adds the ids of a text to {@code ids}. */
  void encode(Reader text, TokenIds ids) throws IOException {
    StringBuilder unread = new StringBuilder();
    String before = "";
    for (int wanted = usual; fill(unread, text, wanted + AROUND); ) {
      int cut = cut(unread, wanted);
      if (cut == 0) {
        wanted *= 2;
        continue;
      }
      add(before, unread.substring(0, cut), ids);
      before = unread.substring(cut - 1, cut);
      unread.delete(0, cut);
      wanted = usual;
    }
    if (!unread.isEmpty()) {
      add(before, unread.toString(), ids);
    }
  }

  /** Reads on until there are so many characters; false if there are none left. */
  private static boolean fill(StringBuilder unread, Reader text, int wanted) throws IOException {
    char[] buffer = new char[1 << 13];
    while (unread.length() < wanted) {
      int count = text.read(buffer, 0, Math.min(buffer.length, wanted - unread.length()));
      if (count < 0) {
        return false;
      }
      unread.append(buffer, 0, count);
    }
    return true;
  }

  /** The last place not after {@code limit} where a text may be cut; 0 if there is none. */
  private int cut(CharSequence text, int limit) {
    for (int at = limit; at > 1; at--) {
      if (cuts.between(text.charAt(at - 1), text.charAt(at)) && changesNothing(text, at)) {
        return at;
      }
    }
    return 0;
  }

  /**
   * Tries a cut on what stands around it. It never does change anything, by what {@link SafeCuts}
   * says; if it does, there is no cut here.
   */
  private boolean changesNothing(CharSequence text, int at) {
    int from = Math.max(0, at - AROUND);
    int to = Math.min(text.length(), at + AROUND);
    from += Character.isLowSurrogate(text.charAt(from)) ? 1 : 0;
    to -= Character.isHighSurrogate(text.charAt(to - 1)) ? 1 : 0;
    TokenIds parts = TokenIds.of(encoder.apply(text.subSequence(from, at).toString()));
    String left = text.subSequence(at - 1, at).toString();
    String right = text.subSequence(at, to).toString();
    if (!startsWith(encoder.apply(left + right), encoder.apply(left))) {
      return false;
    }
    add(left, right, parts);
    return Arrays.equals(parts.toArray(), encoder.apply(text.subSequence(from, to).toString()));
  }

  private static boolean startsWith(int[] ids, int[] beginning) {
    return ids.length >= beginning.length
        && Arrays.equals(ids, 0, beginning.length, beginning, 0, beginning.length);
  }

  /** Adds the ids of a piece, which as part of a text stands behind a character. */
  private void add(String before, String piece, TokenIds ids) {
    int[] all = encoder.apply(before + piece);
    int[] beginning = before.isEmpty() ? new int[0] : encoder.apply(before);
    if (!startsWith(all, beginning)) {
      throw new IllegalStateException("a text was cut where it must not be");
    }
    for (int i = beginning.length; i < all.length; i++) {
      ids.add(all[i]);
    }
  }
}
