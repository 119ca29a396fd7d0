package dev.espalier.text;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * Decompresses gzip (RFC 1952) of any number of members, as {@code cat a.gz b.gz} and parallel
 * compressors write it. Java's own reader takes a member whose header is damaged for the end of the
 * file, and so a damaged file for a short one. Zeros may follow the last member, as on tapes;
 * anything else is refused.
 */
final class GzipInput extends InputStream {
  private static final int BUFFER = 1 << 16;
  private static final int ID1 = 0x1F;
  private static final int ID2 = 0x8B;
  private static final int DEFLATE = 8;
  private static final int HAS_CHECKSUM = 2;
  private static final int HAS_EXTRA = 4;
  private static final int HAS_NAME = 8;
  private static final int HAS_COMMENT = 16;
  private static final int RESERVED = 0xE0;
  private static final int TIME_LEVEL_AND_SYSTEM = 6;

  private final PushbackInputStream in;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 checksum = new CRC32();
  private final byte[] compressed = new byte[BUFFER];
  private int fed;
  private boolean end;

  /**
   * Reads the header of the first member.
   *
   * @param in closed with this
   * @throws ZipException if it is none
   */
  GzipInput(InputStream in) throws IOException {
    this.in = new PushbackInputStream(in, BUFFER);
    header(required());
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    try {
      while (!end && length > 0) {
        int count = inflater.inflate(bytes, offset, length);
        if (count > 0) {
          checksum.update(bytes, offset, count);
          return count;
        }
        if (inflater.finished()) {
          nextMember();
        } else if (inflater.needsInput()) {
          feed();
        } else {
          throw new ZipException("a member needs a dictionary");
        }
      }
      return end ? -1 : 0;
    } catch (DataFormatException e) {
      throw new ZipException(e.getMessage());
    }
  }

  private void feed() throws IOException {
    fed = in.read(compressed);
    if (fed < 0) {
      throw new EOFException("a member is cut off");
    }
    inflater.setInput(compressed, 0, fed);
  }

  /** Checks the member that is over and reads the header of the one that follows, if one does. */
  private void nextMember() throws IOException {
    int rest = inflater.getRemaining();
    in.unread(compressed, fed - rest, rest);
    if (number(Integer.BYTES) != checksum.getValue()
        || number(Integer.BYTES) != (inflater.getBytesWritten() & 0xFFFFFFFFL)) {
      throw new ZipException("a member's checksum or length is wrong");
    }
    inflater.reset();
    checksum.reset();
    int first = in.read();
    if (first == 0) {
      while (first == 0) {
        first = in.read();
      }
      if (first >= 0) {
        throw new ZipException("something follows the last member");
      }
    }
    end = first < 0;
    if (!end) {
      header(first);
    }
  }

  private void header(int first) throws IOException {
    if (first != ID1 || required() != ID2) {
      throw new ZipException("a member does not begin as one does");
    }
    if (required() != DEFLATE) {
      throw new ZipException("a member's compression is not known");
    }
    int flags = required();
    if ((flags & RESERVED) != 0) {
      throw new ZipException("a member's header is damaged");
    }
    number(TIME_LEVEL_AND_SYSTEM);
    if ((flags & HAS_EXTRA) != 0) {
      in.skipNBytes(number(Short.BYTES));
    }
    if ((flags & HAS_NAME) != 0) {
      skipText();
    }
    if ((flags & HAS_COMMENT) != 0) {
      skipText();
    }
    if ((flags & HAS_CHECKSUM) != 0) {
      number(Short.BYTES);
    }
  }

  private void skipText() throws IOException {
    while (required() != 0) {
      continue;
    }
  }

  /** The next bytes as a number, the lowest first. */
  private long number(int bytes) throws IOException {
    long number = 0;
    for (int i = 0; i < bytes; i++) {
      number |= (long) required() << (Byte.SIZE * i);
    }
    return number;
  }

  private int required() throws IOException {
    int next = in.read();
    if (next < 0) {
      throw new EOFException("a member is cut off");
    }
    return next;
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    in.close();
  }
}
