package dev.espalier.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.espalier.BadInputException;
import dev.espalier.files.FileKind;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import java.util.zip.ZipException;

/**
 * A file of UTF-8, perhaps compressed with gzip, read from its beginning to its end with memory for
 * a buffer. What is something else by its first bytes or its name is refused in a sentence that
 * says what. A byte order mark at the beginning is not part of the text.
 */
record TextFile(Path path) {
  private static final int BUFFER = 1 << 16;
  private static final int BYTE_ORDER_MARK = '\uFEFF';
  private static final int FILE_TYPE = 0xF000;
  private static final int PIPE = 0x1000;

  /** What files are by their names, where a name is all there is to go by. */
  private static final Map<String, FileKind> NAMES =
      Map.ofEntries(
          Map.entry(".arrow", FileKind.ARROW),
          Map.entry(".feather", FileKind.ARROW),
          Map.entry(".zst", FileKind.ZSTANDARD),
          Map.entry(".zstd", FileKind.ZSTANDARD),
          Map.entry(".bz2", FileKind.BZIP2),
          Map.entry(".xz", FileKind.XZ),
          Map.entry(".lz4", FileKind.LZ4),
          Map.entry(".zip", FileKind.ZIP),
          Map.entry(".7z", FileKind.SEVEN_ZIP),
          Map.entry(".rar", FileKind.RAR),
          Map.entry(".tar", FileKind.TAR),
          Map.entry(".tar.gz", FileKind.TAR),
          Map.entry(".tgz", FileKind.TAR),
          Map.entry(".pdf", FileKind.PDF),
          Map.entry(".npy", FileKind.NUMPY),
          Map.entry(".safetensors", FileKind.SAFETENSORS));

  /** Takes one line and its number, counted from 1. */
  interface LineReader {
    void line(int number, String line);
  }

  /** Takes what a stream or a reader gives. */
  interface ReadFrom<S, T> {
    T from(S source) throws IOException;
  }

  /**
   * A file that can be read as text, as far as its name and its first bytes tell.
   *
   * @throws BadInputException if it is missing or something else
   */
  static TextFile at(Path path) {
    if (Files.isDirectory(path)) {
      throw new BadInputException(path + " is a folder: give a file of text or of JSON lines");
    }
    TextFile file = new TextFile(path);
    file.kind().filter(kind -> kind != FileKind.GZIP).ifPresent(file::refuse);
    if (!Files.exists(path)) {
      throw new BadInputException(
          path
              + " does not exist: give a file of text, of JSON lines (.jsonl, .json.gz) or of Parquet");
    }
    if (!Files.isRegularFile(path) && !file.isPipe()) {
      throw new BadInputException(
          path + " is a device, not a file: give a file of text or of JSON lines");
    }
    return file;
  }

  /** By its bytes, else by its name. */
  private Optional<FileKind> kind() {
    return FileKind.of(path).or(this::kindByName);
  }

  private Optional<FileKind> kindByName() {
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    return NAMES.entrySet().stream()
        .filter(ending -> name.endsWith(ending.getKey()))
        .map(Map.Entry::getValue)
        .findAny();
  }

  private void refuse(FileKind kind) {
    throw new BadInputException(
        path + " is " + kind.what() + ", which is not read here: " + kind.remedy());
  }

  /** What a shell gives for the output of a command can be read, if only once. */
  boolean isPipe() {
    try {
      return ((int) Files.getAttribute(path, "unix:mode") & FILE_TYPE) == PIPE;
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return false; // this system knows no such attribute
    }
  }

  /** Bytes on the disk; 0 if unknown. */
  long size() {
    try {
      return Files.size(path);
    } catch (IOException e) {
      return 0;
    }
  }

  /**
   * Reads the text.
   *
   * @param progress hears how many more bytes of the file were read
   * @throws BadInputException if it is not UTF-8 or not readable
   */
  <T> T read(LongConsumer progress, ReadFrom<Reader, T> reading) {
    return bytes(
        progress,
        in -> {
          BufferedReader reader =
              new BufferedReader(new InputStreamReader(in, UTF_8.newDecoder()), BUFFER);
          reader.mark(1);
          if (reader.read() != BYTE_ORDER_MARK) {
            reader.reset();
          }
          return reading.from(reader);
        });
  }

  /** Hands over one line after the other; only the current one is held. */
  void lines(LongConsumer progress, LineReader reader) {
    read(
        progress,
        text -> {
          BufferedReader lines = (BufferedReader) text;
          int number = 0;
          for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            reader.line(++number, line);
          }
          return null;
        });
  }

  private <T> T bytes(LongConsumer progress, ReadFrom<InputStream, T> reading) {
    try (InputStream in = open(progress)) {
      return reading.from(in);
    } catch (CharacterCodingException e) {
      throw notUtf8(e);
    } catch (ZipException | EOFException e) {
      throw new BadInputException(path + " is not a complete gzip file: download it again", e);
    } catch (IOException e) {
      throw new BadInputException(path + " cannot be read (" + e + "): check the file", e);
    }
  }

  /** The decoder says that a byte is wrong but not which, so look for it in a second pass. */
  private BadInputException notUtf8(CharacterCodingException cause) {
    if (isPipe()) {
      return new BadInputException(path + " is not UTF-8; convert it to UTF-8", cause);
    }
    OptionalLong offset = bytes(bytes -> {}, TextFile::firstMalformed);
    return offset.isEmpty()
        ? new BadInputException(path + " changed while it was read: try again", cause)
        : new BadInputException(
            path
                + " is not UTF-8: the byte at offset "
                + offset.getAsLong()
                + " cannot be decoded; convert the file to UTF-8",
            cause);
  }

  private InputStream open(LongConsumer progress) throws IOException {
    InputStream file = new Counted(Files.newInputStream(path), progress);
    try {
      InputStream in = new BufferedInputStream(file, BUFFER);
      byte[] head = head(in);
      if (FileKind.of(head).equals(Optional.of(FileKind.GZIP))) {
        in = new BufferedInputStream(new GzipInput(in), BUFFER);
        head = head(in);
      } else if (path.toString().toLowerCase(Locale.ROOT).endsWith(".gz") && head.length > 0) {
        throw new BadInputException(
            path
                + " is not compressed with gzip, although its name ends in .gz: rename it if it was"
                + " decompressed on the way, or download it again");
      }
      FileKind.of(head).ifPresent(this::refuse);
      requireText(head);
      return in;
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static byte[] head(InputStream in) throws IOException {
    in.mark(FileKind.HEAD);
    byte[] head = in.readNBytes(FileKind.HEAD);
    in.reset();
    return head;
  }

  /** A NUL is a character, but no text has one; what has many of them may be another encoding. */
  private void requireText(byte[] head) {
    int[] nuls = new int[2];
    for (int i = 0; i < head.length; i++) {
      nuls[i % 2] += head[i] == 0 ? 1 : 0;
    }
    if (Arrays.stream(nuls).sum() == 0) {
      return;
    }
    boolean alternating = Arrays.stream(nuls).max().orElse(0) > head.length / 4;
    if (alternating && Arrays.stream(nuls).min().orElse(0) < head.length / 16) {
      refuse(FileKind.UTF_16);
    }
    throw new BadInputException(
        path + " holds zero bytes, so it is no text: give a file of text or of JSON lines");
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

  /** Tells how many bytes were read. */
  private static final class Counted extends FilterInputStream {
    private final LongConsumer progress;

    Counted(InputStream in, LongConsumer progress) {
      super(in);
      this.progress = progress;
    }

    @Override
    public int read() throws IOException {
      int next = super.read();
      progress.accept(next < 0 ? 0 : 1);
      return next;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = super.read(bytes, offset, length);
      progress.accept(Math.max(0, count));
      return count;
    }
  }
}
