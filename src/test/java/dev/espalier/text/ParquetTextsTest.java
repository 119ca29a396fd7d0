package dev.espalier.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.Setting;
import dev.espalier.testing.ParquetFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ParquetTextsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(names = {"UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD"})
  void readsAColumnInItsOrder(CompressionCodecName codec) throws IOException {
    List<String> texts =
        IntStream.range(0, 3000).mapToObj(i -> i % 7 == 0 ? "" : "Grüße № " + i + "\n").toList();
    Path file = ParquetFile.write(folder.resolve("a.parquet"), codec, "text", texts);
    assertEquals(texts, ParquetTexts.texts(file, "text"));
    DocumentCorpus corpus = (DocumentCorpus) Corpus.open(file);
    assertEquals(texts, corpus.documents());
    assertEquals(file.toString(), corpus.name());
  }

  private String refused(Path file, String field) {
    BadInputException e =
        assertThrows(BadInputException.class, () -> Corpus.open(file, field, Progress.NONE));
    assertEquals(1, e.getMessage().lines().count());
    return e.getMessage();
  }

  @Test
  void anotherColumnIsNamed() throws IOException {
    Path file =
        ParquetFile.write(
            folder.resolve("a.parquet"), CompressionCodecName.SNAPPY, "sentence", List.of("x"));
    assertEquals(List.of("x"), ParquetTexts.texts(file, "sentence"));
    String refusal = refused(file, "text");
    assertTrue(refusal.contains("has no column \"text\", but \"sentence\", \"number\""), refusal);
    assertTrue(refused(file, "number").contains("no text in the column \"number\""));
    BadInputException e =
        assertThrows(BadInputException.class, () -> ParquetTexts.texts(file, "text"));
    assertEquals(List.of(Setting.TEXT_FIELD), e.settings());
  }

  @Test
  void aRowWithoutATextIsRefused() throws IOException {
    Path file =
        ParquetFile.write(
            folder.resolve("a.parquet"),
            CompressionCodecName.SNAPPY,
            "text",
            Arrays.asList("x", null));
    assertTrue(refused(file, "text").contains("row 2 has no text"));
  }

  @Test
  void aDamagedFileIsRefused() throws IOException {
    byte[] bytes =
        ParquetFile.bytes(folder, "text", IntStream.range(0, 500).mapToObj(i -> "t" + i).toList());
    Path file = folder.resolve("cut.parquet");
    for (int size : new int[] {5, 100, bytes.length / 2, bytes.length - 1}) {
      Files.write(file, Arrays.copyOf(bytes, size));
      assertTrue(refused(file, "text").contains("is not a complete Parquet file"), "" + size);
    }
    Files.write(file, "text".getBytes());
    assertTrue(refused(file, "text").contains("Parquet"));
  }

  @Test
  void anEmptyOneIsRefused() throws IOException {
    Path file =
        ParquetFile.write(
            folder.resolve("a.parquet"), CompressionCodecName.SNAPPY, "text", List.of());
    assertTrue(refused(file, "text").contains("is empty"));
  }
}
