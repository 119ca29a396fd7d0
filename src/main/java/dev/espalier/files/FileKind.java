package dev.espalier.files;

import dev.espalier.BadInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a file is by its first bytes, whatever it is called: kinds that stand where another file was
 * meant. A file whose beginning tells nothing has no kind here.
 */
public enum FileKind {
  GIT_LFS_POINTER(
      "a Git LFS pointer, which only stands for the file",
      "fetch the file itself, with \"git lfs pull\" in its repository or by downloading it again",
      text("version https://git-lfs.github.com/spec/")
          .or(text("version https://hawser.github.com/spec/"))),
  HTML(
      "a web page (HTML)",
      "download the file itself, not the page that shows it or an answer of the server",
      markup("<!doctype html").or(markup("<html")).or(markup("<head"))),
  ERROR_ANSWER(
      "a server's answer that something is wrong (XML)",
      "download the file again",
      markup("<error>").or(head -> markup("<?xml").test(head) && contains(head, "<Error>"))),
  UTF_32(
      "UTF-32 text",
      "convert it to UTF-8 (iconv -f UTF-32 -t UTF-8)",
      bytes(0xFF, 0xFE, 0, 0).or(bytes(0, 0, 0xFE, 0xFF))),
  UTF_16(
      "UTF-16 text",
      "convert it to UTF-8 (iconv -f UTF-16 -t UTF-8)",
      bytes(0xFF, 0xFE).or(bytes(0xFE, 0xFF))),
  PARQUET(
      "a Parquet file",
      "convert it to JSON lines (.jsonl)",
      text("PAR1").and(head -> head.length > 4 && head[4] >= 0 && head[4] < ' ')),
  ARROW("an Arrow file", "convert it to JSON lines (.jsonl)", text("ARROW1\0\0")),
  GZIP("compressed with gzip", "decompress it (gzip -d)", bytes(0x1F, 0x8B)),
  ZSTANDARD("compressed with Zstandard", "decompress it (zstd -d)", bytes(0x28, 0xB5, 0x2F, 0xFD)),
  BZIP2(
      "compressed with bzip2",
      "decompress it (bzip2 -d)",
      text("BZh").and(head -> hasAt(4, "1AY&SY", head) || hasAt(4, "\u0017rE8P\u0090", head))),
  XZ("compressed with xz", "decompress it (xz -d)", bytes(0xFD, '7', 'z', 'X', 'Z', 0)),
  LZ4("compressed with LZ4", "decompress it (lz4 -d)", bytes(0x04, 0x22, 0x4D, 0x18)),
  TORCH(
      "a PyTorch checkpoint",
      "let Python write what it holds in another format, weights as safetensors",
      FileKind::isTorch),
  NUMPY_ARCHIVE(
      "an archive of NumPy arrays",
      "take the files it was made from",
      zip().and(head -> firstEntry(head).endsWith(".npy"))),
  ZIP("a zip archive", "unpack it (unzip)", zip()),
  SEVEN_ZIP("a 7z archive", "unpack it (7z x)", bytes('7', 'z', 0xBC, 0xAF, 0x27, 0x1C)),
  RAR("a RAR archive", "unpack it (unrar x)", text("Rar!\u001A\u0007")),
  TAR("a tar archive", "unpack it (tar -xf)", FileKind::isTar),
  PDF("a PDF document", "extract its text", text("%PDF-")),
  GGUF(
      "a GGUF file (llama.cpp)",
      "take the safetensors files of the same model",
      text("GGUF").and(head -> hasAt(5, "\0\0\0", head))),
  GGML(
      "a GGML file (llama.cpp)",
      "take the safetensors files of the same model",
      text("lmgg").or(text("fmgg")).or(text("tjgg")).or(text("algg"))),
  PICKLE(
      "a Python pickle",
      "let Python write what it holds in another format, weights as safetensors",
      head -> head.length > 1 && (head[0] & 0xFF) == 0x80 && head[1] >= 2 && head[1] <= 5),
  NUMPY("a NumPy array", "take the file it was made from", text("\u0093NUMPY")),
  HDF5("an HDF5 file", "take the file it was made from", bytes(0x89, 'H', 'D', 'F', '\r', '\n')),
  SAFETENSORS("a safetensors file", "give the file that is meant", FileKind::isSafetensors);

  /** How many bytes of a file's beginning are looked at. */
  public static final int HEAD = 1024;

  private static final int TAR_MAGIC = 257;
  private static final int ZIP_NAME_LENGTH = 26;
  private static final int ZIP_NAME = 30;
  private static final long LONGEST_HEADER = 100_000_000;

  private final String what;
  private final String remedy;
  private final Predicate<byte[]> beginning;

  FileKind(String what, String remedy, Predicate<byte[]> beginning) {
    this.what = what;
    this.remedy = remedy;
    this.beginning = beginning;
  }

  /** What it is, for a sentence such as {@code model.safetensors is a zip archive}. */
  public String what() {
    return what;
  }

  /** What to do about it, in the imperative: {@code unpack it (unzip)}. */
  public String remedy() {
    return remedy;
  }

  /**
   * What a file is that begins so.
   *
   * @param head the first {@link #HEAD} bytes, or all of a shorter file
   */
  public static Optional<FileKind> of(byte[] head) {
    return Arrays.stream(values()).filter(kind -> kind.beginning.test(head)).findFirst();
  }

  /**
   * What a file is by its first bytes; nothing is known of what is no regular file.
   *
   * @throws BadInputException if it cannot be read
   */
  public static Optional<FileKind> of(Path file) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(file)) {
      return of(in.readNBytes(HEAD));
    } catch (IOException e) {
      throw FileFaults.reading(file, e);
    }
  }

  private static Predicate<byte[]> bytes(int... magic) {
    return head -> {
      if (head.length < magic.length) {
        return false;
      }
      for (int i = 0; i < magic.length; i++) {
        if ((head[i] & 0xFF) != magic[i]) {
          return false;
        }
      }
      return true;
    };
  }

  private static Predicate<byte[]> text(String magic) {
    return bytes(magic.chars().toArray());
  }

  /** A tag at the beginning, in any case, after white space or a byte order mark. */
  private static Predicate<byte[]> markup(String tag) {
    return head -> latin1(head).stripLeading().toLowerCase(Locale.ROOT).startsWith(tag);
  }

  private static boolean contains(byte[] head, String part) {
    return latin1(head).contains(part);
  }

  private static String latin1(byte[] head) {
    String text = new String(head, StandardCharsets.ISO_8859_1);
    return text.startsWith("\u00EF\u00BB\u00BF") ? text.substring(3) : text;
  }

  private static Predicate<byte[]> zip() {
    return bytes('P', 'K', 3, 4).or(bytes('P', 'K', 5, 6)).or(bytes('P', 'K', 7, 8));
  }

  /** The name of a zip archive's first file, as far as it can be seen. */
  private static String firstEntry(byte[] head) {
    if (head.length < ZIP_NAME) {
      return "";
    }
    int length = (head[ZIP_NAME_LENGTH] & 0xFF) | (head[ZIP_NAME_LENGTH + 1] & 0xFF) << 8;
    int end = Math.min(head.length, ZIP_NAME + length);
    return new String(head, ZIP_NAME, end - ZIP_NAME, StandardCharsets.ISO_8859_1);
  }

  /** Zipped as today, or after a number of its own as before PyTorch 1.6. */
  private static boolean isTorch(byte[] head) {
    return (zip().test(head) && firstEntry(head).endsWith("/data.pkl"))
        || bytes(0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19)
            .test(head);
  }

  private static boolean isTar(byte[] head) {
    return hasAt(TAR_MAGIC, "ustar", head);
  }

  private static boolean hasAt(int offset, String magic, byte[] head) {
    return head.length >= offset + magic.length()
        && new String(head, offset, magic.length(), StandardCharsets.ISO_8859_1).equals(magic);
  }

  private static boolean isSafetensors(byte[] head) {
    if (head.length < 10 || head[8] != '{') {
      return false;
    }
    long header = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return header > 1 && header <= LONGEST_HEADER;
  }
}
