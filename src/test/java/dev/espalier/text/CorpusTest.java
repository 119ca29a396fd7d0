package dev.espalier.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.espalier.BadInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CorpusTest {
  @TempDir private Path folder;

  @Test
  void aPlainTextIsTakenAsItIs() throws IOException {
    String text = " one\r\ntwo \uFFFD \uFEFF café 😀\n\n";
    Path path = write("a.txt", text.getBytes(UTF_8));
    assertText(path, text);
    assertEquals(path.toString(), Corpus.open(path).name());
  }

  private static void assertText(Path path, String text) {
    assertEquals(text, ((TextCorpus) Corpus.open(path)).text());
  }

  @Test
  void aByteOrderMarkIsNotPartOfTheText() throws IOException {
    assertText(write("a.txt", "\uFEFFone two".getBytes(UTF_8)), "one two");
    assertText(write("a.txt.gz", gzip("\uFEFFone two")), "one two");
    String line = "\uFEFF{\"text\": \"one\"}\n";
    for (String name : List.of("a.jsonl", "a.jsonl.gz")) {
      byte[] bytes = name.endsWith(".gz") ? gzip(line + line) : (line + line).getBytes(UTF_8);
      Corpus corpus = Corpus.open(write(name, bytes));
      assertEquals(List.of("one", "one"), ((DocumentCorpus) corpus).documents());
    }
  }

  @Test
  void aCompressedTextIsDecompressed() throws IOException {
    Path path = write("a.txt.gz", gzip("some text"));
    assertText(path, "some text");
    assertText(write("gzipped", gzip("some text")), "some text");
  }

  @Test
  void membersFollowEachOther() throws IOException {
    byte[] members = concat(gzip("some "), concat(gzip(""), withNameAndComment("text")));
    assertText(write("a.txt.gz", members), "some text");
    assertText(write("padded.txt.gz", Arrays.copyOf(members, members.length + 700)), "some text");
  }

  /** With every optional field of the header. */
  private static byte[] withNameAndComment(String text) throws IOException {
    byte[] plain = gzip(text);
    byte[] fields = {3, 0, 'e', 'x', 't', 'n', 'a', 'm', 'e', 0, 'c', 0, 9, 9};
    byte[] header = Arrays.copyOf(plain, 10);
    header[3] = 2 | 4 | 8 | 16;
    return concat(concat(header, fields), Arrays.copyOfRange(plain, 10, plain.length));
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  /** Wherever the second member is damaged, its text is never just left out. */
  @Test
  void aDamagedMemberIsNotTheEndOfTheFile() throws IOException {
    String lines = "{\"text\": \"some text\"}\n".repeat(20);
    byte[] first = gzip(lines);
    byte[] whole = concat(first, gzip(lines));
    int[] harmless = {4, 5, 6, 7, 8, 9}; // when, how well and on which system it was compressed
    for (int i = 0; i < whole.length; i++) {
      if (Arrays.binarySearch(harmless, i < first.length ? i : i - first.length) >= 0) {
        continue;
      }
      byte[] damaged = whole.clone();
      damaged[i] ^= 0x55;
      Path path = write("a.jsonl.gz", damaged);
      assertThrows(BadInputException.class, () -> Corpus.open(path), "byte " + i);
      Path cut = write("cut.jsonl.gz", Arrays.copyOf(whole, i));
      if (i != first.length) {
        assertThrows(BadInputException.class, () -> Corpus.open(cut), i + " bytes");
      }
    }
    assertRefused(
        write("tail.jsonl.gz", concat(whole, new byte[] {0, 0, 'x'})),
        folder.resolve("tail.jsonl.gz") + " is not a complete gzip file: download it again");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "c.jsonl",
        "c.json",
        "C.JSONL",
        "c.json.gz",
        "c.jsonl.gz",
        "c.ndjson",
        "c.NDJSON.gz",
        "c.jsonlines",
        "c.ldjson",
        "c.jl",
        "c.jl.gz"
      })
  void jsonLinesAreDocuments(String name) throws IOException {
    String lines =
        """
        {"text": "first\\nline", "url": "x"}

        {"timestamp": NaN, "text": "", "score": -Infinity, "deep": [{"text": "no"}], "text": ""}
        {"text": "caf\\u00e9 \\ud83d\\ude00 half: \\ud83d"}""";
    Path path = write(name, name.endsWith(".gz") ? gzip(lines) : lines.getBytes(UTF_8));
    DocumentCorpus corpus = assertInstanceOf(DocumentCorpus.class, Corpus.open(path));
    assertEquals(path.toString(), corpus.name());
    assertEquals(List.of("first\nline", "", "café 😀 half: \uFFFD"), corpus.documents());
  }

  @Test
  void aDocumentMayBeVeryLong() throws IOException {
    String text = "word ".repeat(5_000_000);
    Path path = write("long.jsonl", ("{\"text\":\"" + text + "\"}").getBytes(UTF_8));
    assertEquals(List.of(text), ((DocumentCorpus) Corpus.open(path)).documents());
  }

  @Test
  void whatStandsBesideTheTextMayBeAnything() throws IOException {
    String nested = "[".repeat(20_000) + "]".repeat(20_000);
    String line = "{\"a\": " + nested + ", \"n\": 1" + "0".repeat(5_000) + ", \"text\": \"x\"}";
    Path path = write("a.jsonl", line.getBytes(UTF_8));
    assertEquals(List.of("x"), ((DocumentCorpus) Corpus.open(path)).documents());
  }

  @Test
  void documentsCanBeJoined() {
    DocumentCorpus corpus = new DocumentCorpus("d", List.of("a", "b", "c"));
    assertEquals("a b c", corpus.joined(" ").text());
    assertEquals("d", corpus.joined(" ").name());
    assertEquals("abc", corpus.joined("").text());
  }

  @Test
  void neitherKindPrintsItsText() {
    assertEquals("t", new TextCorpus("t", "text").toString());
    assertEquals("d", new DocumentCorpus("d", List.of("text")).toString());
  }

  @Test
  void aMissingFileIsNamed() {
    Path path = folder.resolve("nothing.txt");
    assertRefused(
        path,
        path
            + " does not exist: give a file of text, of JSON lines (.jsonl, .json.gz) or of Parquet");
  }

  @Test
  void aFolderIsNotACorpus() {
    assertRefused(folder, folder + " is a folder: give a file of text or of JSON lines");
  }

  @Test
  void aParquetFileThatIsNotThereIsNone() {
    Path path = folder.resolve("a.parquet");
    assertRefused(
        path,
        path
            + " does not exist: give a file of text, of JSON lines (.jsonl, .json.gz) or of Parquet");
  }

  static Stream<Arguments> others() {
    byte[] zip = {'P', 'K', 3, 4, 20, 0};
    byte[] parquet = {'P', 'A', 'R', '1', 21, 4};
    byte[] zstd = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 4};
    byte[] text = "some text".getBytes(UTF_8);
    return Stream.of(
        arguments("a.txt", zip, "is a zip archive", "unzip"),
        arguments("a.jsonl", zstd, "is compressed with Zstandard", "zstd -d"),
        arguments("a.jsonl.zst", zstd, "is compressed with Zstandard", "zstd -d"),
        arguments("a.jsonl.zst", text, "is compressed with Zstandard", "zstd -d"),
        arguments("a.txt.bz2", text, "is compressed with bzip2", "bzip2 -d"),
        arguments("a.txt.XZ", text, "is compressed with xz", "xz -d"),
        arguments("a.zip", text, "is a zip archive", "unzip"),
        arguments("a.tar.gz", text, "is a tar archive", "tar -xf"),
        arguments("a.jsonl", parquet, "is not a complete Parquet file", "again"),
        arguments(
            "a.jsonl",
            "version https://git-lfs.github.com/spec/v1\noid sha256:0\n".getBytes(UTF_8),
            "is a Git LFS pointer",
            "git lfs pull"),
        arguments(
            "a.txt",
            "<!DOCTYPE html>\n<html>".getBytes(UTF_8),
            "is a web page (HTML)",
            "download the file itself"),
        arguments("a.txt", "\uFEFFsome text".getBytes(UTF_16LE), "is UTF-16 text", "UTF-8"),
        arguments("a.jsonl", "\uFEFF{\"text\"".getBytes(UTF_16BE), "is UTF-16 text", "UTF-8"),
        arguments("a.txt", "some text".getBytes(UTF_16LE), "is UTF-16 text", "UTF-8"),
        arguments("a.txt", new byte[5000], "holds zero bytes", "give a file of text"));
  }

  @ParameterizedTest
  @MethodSource("others")
  void otherFilesAreNamed(String name, byte[] bytes, String what, String remedy)
      throws IOException {
    Path path = write(name, bytes);
    Exception refusal = assertThrows(BadInputException.class, () -> read(path));
    assertTrue(refusal.getMessage().startsWith(path + " " + what), refusal.getMessage());
    assertTrue(refusal.getMessage().contains(remedy), refusal.getMessage());
  }

  @Test
  void theyAreNamedInsideOfGzip() throws IOException {
    Path page = write("a.jsonl.gz", gzip("<html><body>Not found</body></html>"));
    Exception refusal = assertThrows(BadInputException.class, () -> read(page));
    assertTrue(refusal.getMessage().startsWith(page + " is a web page (HTML)"));
    Path twice = write("b.txt.gz", gzip(gzip("some text")));
    refusal = assertThrows(BadInputException.class, () -> read(twice));
    assertTrue(refusal.getMessage().startsWith(twice + " is compressed with gzip"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/dev/zero", "/dev/urandom", "/dev/null"})
  @EnabledOnOs(OS.LINUX)
  void aDeviceIsNotRead(String device) {
    assertRefused(
        Path.of(device), device + " is a device, not a file: give a file of text or of JSON lines");
  }

  @ParameterizedTest
  @CsvSource({"a.txt,text", "a.jsonl,documents", "a.json.gz,documents"})
  void anEmptyFileIsRefused(String name, String what) throws IOException {
    Path path = write(name, name.endsWith(".gz") ? gzip("") : new byte[0]);
    assertRefused(path, path + " is empty: give a file with " + what + " in it");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 65_533, 65_535, 65_536, 200_000})
  void theFirstByteThatIsNotUtf8IsFound(int offset) throws IOException {
    byte[] bytes = new byte[offset + 10];
    Arrays.fill(bytes, (byte) 'a');
    System.arraycopy("é\n".getBytes(ISO_8859_1), 0, bytes, offset, 2);
    String message =
        " is not UTF-8: the byte at offset "
            + offset
            + " cannot be decoded; convert the file to UTF-8";
    Path text = write("a.txt", bytes);
    assertRefused(text, text + message);
    Path lines = write("a.jsonl", bytes);
    assertRefused(lines, lines + message);
  }

  @Test
  void aTextThatEndsInsideACharacterIsNotUtf8() throws IOException {
    Path path = write("a.txt", Arrays.copyOf("abc😀".getBytes(UTF_8), 6));
    assertRefused(
        path,
        path + " is not UTF-8: the byte at offset 3 cannot be decoded; convert the file to UTF-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"text\": \"x\"", "plain words", "{\"text\": \"x\"} {\"text\": \"y\"}"})
  void aLineThatIsNotJsonIsNamed(String line) throws IOException {
    Path path = write("a.jsonl", ("{\"text\": \"fine\"}\n\n" + line + "\n").getBytes(UTF_8));
    assertRefused(
        path, path + " line 3 is not a JSON object: every line must be {\"text\": \"…\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"content\": \"x\"}", "{\"text\": 5}", "{\"text\": null}", "[]", "1"})
  void aLineWithoutTextIsNamed(String line) throws IOException {
    Path path = write("a.jsonl", ("{\"text\": \"fine\"}\n" + line).getBytes(UTF_8));
    assertRefused(
        path, path + " line 2 has no string field \"text\": every line must be {\"text\": \"…\"}");
  }

  @Test
  void aBrokenGzipFileIsRefused() throws IOException {
    byte[] whole = gzip("{\"text\": \"some text\"}\n".repeat(100));
    String message = " is not a complete gzip file: download it again";
    Path cut = write("cut.json.gz", Arrays.copyOf(whole, whole.length - 12));
    assertRefused(cut, cut + message);
    Path plain = write("plain.json.gz", "{\"text\": \"some text\"}".getBytes(UTF_8));
    assertRefused(
        plain,
        plain
            + " is not compressed with gzip, although its name ends in .gz: rename it if it was"
            + " decompressed on the way, or download it again");
    Path text = write("cut.txt.gz", Arrays.copyOf(gzip("some text"), 25));
    assertRefused(text, text + message);
  }

  private static void assertRefused(Path path, String message) {
    Exception refusal = assertThrows(BadInputException.class, () -> read(path));
    assertEquals(message, refusal.getMessage());
  }

  /** A text is read when it is needed. */
  private static void read(Path path) {
    if (Corpus.open(path) instanceof TextCorpus text) {
      text.text();
    }
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private static byte[] gzip(String text) throws IOException {
    return gzip(text.getBytes(UTF_8));
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content);
    }
    return bytes.toByteArray();
  }
}
