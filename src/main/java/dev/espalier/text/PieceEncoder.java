package dev.espalier.text;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Encodes a text piece by piece, with the memory of a few pieces, to the ids that the whole would
 * have. A text is only cut where {@link SafeCuts} knows that it may be; a piece grows until there
 * is such a place. Several are encoded at a time.
 */
final class PieceEncoder {
  /** Characters. Smaller ones are not faster, larger ones take more memory and are slower. */
  static final int USUAL = 1 << 16;

  /** Characters around a cut that are encoded once more, to see that it changes nothing. */
  private static final int AROUND = 48;

  private static final int AT_A_TIME = Math.min(8, Runtime.getRuntime().availableProcessors());

  private final Function<String, int[]> encoder;
  private final SafeCuts cuts;
  private final int usual;

  /**
   * @param encoder gives a text's ids, without those of its beginning and its end; for several
   *     threads
   * @param usual how many characters a piece has if it can be cut there
   */
  PieceEncoder(Function<String, int[]> encoder, SafeCuts cuts, int usual) {
    this.encoder = encoder;
    this.cuts = cuts;
    this.usual = usual;
  }

  /** Adds the ids of a text to {@code ids}. */
  void encode(Reader text, TokenIds ids) throws IOException {
    Deque<CompletableFuture<int[]>> pieces = new ArrayDeque<>();
    try {
      StringBuilder unread = new StringBuilder();
      String before = "";
      for (int wanted = usual; fill(unread, text, wanted + AROUND); ) {
        int cut = cut(unread, wanted);
        if (cut == 0) {
          wanted *= 2;
          continue;
        }
        pieces.add(begin(before, unread.substring(0, cut)));
        add(pieces, AT_A_TIME, ids);
        before = unread.substring(cut - 1, cut);
        unread.delete(0, cut);
        wanted = usual;
      }
      if (!unread.isEmpty()) {
        pieces.add(begin(before, unread.toString()));
      }
      add(pieces, 0, ids);
    } finally {
      // After a fault, nobody may still be at work with a tokenizer that is closed then.
      pieces.forEach(piece -> piece.handle((done, fault) -> done).join());
    }
  }

  private CompletableFuture<int[]> begin(String before, String piece) {
    return CompletableFuture.supplyAsync(() -> part(before, piece));
  }

  /** Adds the first pieces, and leaves so many that are still at work. */
  private static void add(Deque<CompletableFuture<int[]>> pieces, int left, TokenIds ids) {
    while (pieces.size() > left) {
      for (int id : pieces.remove().join()) {
        ids.add(id);
      }
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
    for (int id : part(left, right)) {
      parts.add(id);
    }
    return Arrays.equals(parts.toArray(), encoder.apply(text.subSequence(from, to).toString()));
  }

  private static boolean startsWith(int[] ids, int[] beginning) {
    return ids.length >= beginning.length
        && Arrays.equals(ids, 0, beginning.length, beginning, 0, beginning.length);
  }

  /** The ids of a piece, which as part of a text stands behind a character. */
  private int[] part(String before, String piece) {
    int[] all = encoder.apply(before + piece);
    int[] beginning = before.isEmpty() ? new int[0] : encoder.apply(before);
    if (!startsWith(all, beginning)) {
      throw new IllegalStateException("a text was cut where it must not be");
    }
    return Arrays.copyOfRange(all, beginning.length, all.length);
  }
}
