package dev.espalier.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.espalier.BadInputException;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** A file of UTF-8, decompressed if its name ends in .gz; says where it is not one. */
record Utf8File(Path path) {
  private static final int BUFFER = 1 << 16;
  private static final long LONGEST_TEXT = Integer.MAX_VALUE - 8;

  /** Takes one line and its number, counted from 1. */
  interface LineReader {
    void line(int number, String line);
  }

  private interface Reading<T> {
    T from(InputStream bytes) throws IOException;
  }

  static Utf8File at(Path path) {
    if (Files.isDirectory(path)) {
      throw new BadInputException(path + " is a folder: give a file of text or of JSON lines");
    }
    if (!Files.exists(path)) {
      throw new BadInputException(
          path + " does not exist: give a file of text or of JSON lines (.jsonl, .json.gz)");
    }
    return new Utf8File(path);
  }

  /** The whole text. */
  String text() {
    return read(
        in -> {
          if (Files.size(path) > LONGEST_TEXT) {
            throw new BadInputException(path + " is longer than 2 GiB: give a part of it");
          }
          byte[] bytes = in.readAllBytes();
          String text = new String(bytes, UTF_8);
          // The decoder puts U+FFFD for what it cannot read, but the text may also contain one.
          if (text.indexOf('\uFFFD') >= 0) {
            requireUtf8(new ByteArrayInputStream(bytes));
          }
          return text;
        });
  }

  /** Hands over one line after the other; only the current one is held. */
  void lines(LineReader reader) {
    read(
        in -> {
          BufferedReader lines =
              new BufferedReader(new InputStreamReader(in, UTF_8.newDecoder()), BUFFER);
          int number = 0;
          for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            reader.line(++number, line);
          }
          return null;
        });
  }

  private <T> T read(Reading<T> reading) {
    try (InputStream in = open()) {
      return reading.from(in);
    } catch (CharacterCodingException e) {
      // It says that a byte is wrong but not which, so look for it in a second pass.
      read(
          in -> {
            requireUtf8(in);
            return null;
          });
      throw new BadInputException(path + " changed while it was read: try again", e);
    } catch (ZipException | EOFException e) {
      throw new BadInputException(path + " is not a complete gzip file: download it again", e);
    } catch (IOException e) {
      throw new BadInputException(path + " cannot be read (" + e + "): check the file", e);
    }
  }

  private InputStream open() throws IOException {
    InputStream in = Files.newInputStream(path);
    if (!path.toString().toLowerCase(Locale.ROOT).endsWith(".gz")) {
      return in;
    }
    try {
      return new GZIPInputStream(in, BUFFER);
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  private void requireUtf8(InputStream in) throws IOException {
    OptionalLong offset = firstMalformed(in);
    if (offset.isPresent()) {
      throw new BadInputException(
          path
              + " is not UTF-8: the byte at offset "
              + offset.getAsLong()
              + " cannot be decoded; convert the file to UTF-8");
    }
  }

  private static OptionalLong firstMalformed(InputStream in) throws IOException {
    CharsetDecoder decoder = UTF_8.newDecoder();
    ByteBuffer bytes = ByteBuffer.allocate(BUFFER);
    CharBuffer chars = CharBuffer.allocate(BUFFER); // a byte is never more than one char
    long decoded = 0;
    boolean end = false;
    while (!end) {
      int count = in.read(bytes.array(), bytes.position(), bytes.remaining());
      end = count < 0;
      bytes.position(bytes.position() + Math.max(count, 0)).flip();
      boolean malformed = decoder.decode(bytes, chars.clear(), end).isMalformed();
      decoded += bytes.position();
      if (malformed) {
        return OptionalLong.of(decoded);
      }
      bytes.compact();
    }
    return OptionalLong.empty();
  }
}
