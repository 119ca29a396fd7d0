package dev.espalier.text;

import dev.espalier.Plural;
import dev.espalier.files.Sha256;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;

/** Windows of tokens, all of one length, and where they are from. Immutable. */
public final class TokenWindows {
  private final int[][] windows;
  private final String source;

  /**
   * Copies the windows.
   *
   * @param windows at least one, all of the same length, none empty
   * @param source where they are from, for people: a file's name and how it was read
   */
  public TokenWindows(int[][] windows, String source) {
    this(source, Arrays.stream(windows).map(int[]::clone).toArray(int[][]::new));
  }

  private TokenWindows(String source, int[][] windows) {
    if (windows.length == 0 || windows[0].length == 0) {
      throw new IllegalArgumentException("at least one token is needed");
    }
    for (int i = 0; i < windows.length; i++) {
      if (windows[i].length != windows[0].length) {
        throw new IllegalArgumentException("window " + i + " is not as long as window 0");
      }
    }
    this.windows = windows;
    this.source = Objects.requireNonNull(source);
  }

  /** Without a copy of windows that nobody else has. */
  static TokenWindows owning(int[][] windows, String source) {
    return new TokenWindows(source, windows);
  }

  /** How many windows there are. */
  public int count() {
    return windows.length;
  }

  /** How many tokens each window has. */
  public int seqLen() {
    return windows[0].length;
  }

  /** The ids of window {@code i}, counted from 0. */
  public int[] window(int i) {
    return windows[i].clone();
  }

  /**
   * The ids of windows {@code first} to {@code last} − 1 as [windows, seqLen] int64, the caller's.
   */
  public Tensor tensor(int first, int last) {
    long[] ids = new long[(last - first) * seqLen()];
    for (int i = first, k = 0; i < last; i++) {
      for (int id : windows[i]) {
        ids[k++] = id;
      }
    }
    return Tensor.create(ids, last - first, seqLen());
  }

  /** Where the windows are from, for people. */
  public String source() {
    return source;
  }

  /** Windows {@code first} to {@code last} − 1, at least one. */
  public TokenWindows slice(int first, int last) {
    return owning(Arrays.copyOfRange(windows, first, last), source);
  }

  /** The first {@code limit} windows, or all when there are fewer. */
  public TokenWindows first(int limit) {
    return limit >= count() ? this : owning(Arrays.copyOf(windows, limit), source);
  }

  /**
   * SHA-256 in hexadecimal of all ids, window after window, each as four bytes, the lowest first:
   * what numpy's {@code int32} array of them has as bytes.
   */
  public String digest() {
    MessageDigest sha = Sha256.start();
    ByteBuffer bytes = ByteBuffer.allocate(seqLen() * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int[] window : windows) {
      bytes.asIntBuffer().put(window);
      sha.update(bytes.array());
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  @Override
  public String toString() {
    return "%s of %s from %s"
        .formatted(Plural.of(count(), "window"), Plural.of(seqLen(), "token"), source);
  }
}
