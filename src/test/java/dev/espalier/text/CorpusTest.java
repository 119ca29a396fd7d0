package dev.espalier.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.espalier.BadInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CorpusTest {
  @TempDir private Path folder;

  @Test
  void aPlainTextIsTakenAsItIs() throws IOException {
    String text = "\uFEFF one\r\ntwo \uFFFD café 😀\n\n";
    Path path = write("a.txt", text.getBytes(UTF_8));
    assertEquals(new TextCorpus(path.toString(), text), Corpus.open(path));
  }

  @Test
  void aCompressedTextIsDecompressed() throws IOException {
    Path path = write("a.txt.gz", gzip("some text"));
    assertEquals(new TextCorpus(path.toString(), "some text"), Corpus.open(path));
  }

  @ParameterizedTest
  @ValueSource(strings = {"c.jsonl", "c.json", "C.JSONL", "c.json.gz", "c.jsonl.gz"})
  void jsonLinesAreDocuments(String name) throws IOException {
    String lines =
        """
        {"text": "first\\nline", "url": "x"}

        {"timestamp": 1, "text": ""}
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
  void documentsCanBeJoined() {
    DocumentCorpus corpus = new DocumentCorpus("d", List.of("a", "b", "c"));
    assertEquals(new TextCorpus("d", "a b c"), corpus.joined(" "));
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
        path, path + " does not exist: give a file of text or of JSON lines (.jsonl, .json.gz)");
  }

  @Test
  void aFolderIsNotACorpus() {
    assertRefused(folder, folder + " is a folder: give a file of text or of JSON lines");
  }

  @Test
  void parquetIsRefused() {
    Path path = folder.resolve("a.parquet");
    assertRefused(
        path,
        path + " is a Parquet file, which is not read here: convert it to JSON lines (.jsonl)");
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
    assertRefused(plain, plain + message);
  }

  private static void assertRefused(Path path, String message) {
    Exception refusal = assertThrows(BadInputException.class, () -> Corpus.open(path));
    assertEquals(message, refusal.getMessage());
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text.getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }
}
