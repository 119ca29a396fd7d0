package dev.espalier.files;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileKindTest {
  private static final Path SAMPLES = Path.of("samples");

  @ParameterizedTest
  @CsvSource({
    "ZSTANDARD, 28b52ffd0400",
    "BZIP2, 425a6839314159265359",
    "XZ, fd377a585a000004e6d6b446",
    "LZ4, 04224d186440a7",
    "SEVEN_ZIP, 377abcaf271c0004",
    "RAR, 526172211a0700",
    "PARQUET, 5041523115041500",
    "ARROW, 4152524f57310000",
    "GGUF, 4747554603000000",
    "PICKLE, 80027d7100",
    "TORCH, 80028a0a6cfc9c46f9206aa850192e8002",
    "PICKLE, 800495",
    "NUMPY, 934e554d505901",
    "HDF5, 894844460d0a1a0a",
    "UTF_16, fffe6100",
    "UTF_16, feff0061",
    "UTF_32, fffe000061000000",
    "UTF_32, 0000feff00000061"
  })
  void isTold(FileKind kind, String head) {
    assertEquals(Optional.of(kind), FileKind.of(HexFormat.of().parseHex(head)));
  }

  @ParameterizedTest
  @CsvSource({
    "GIT_LFS_POINTER, version https://git-lfs.github.com/spec/v1 oid sha256:4d7a",
    "HTML, <!DOCTYPE html><html>",
    "HTML, '\n  <HTML lang=\"en\">'",
    "HTML, '\u00EF\u00BB\u00BF<!doctype HTML>'",
    "ERROR_ANSWER, <?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>",
    "PDF, %PDF-1.7"
  })
  void isToldOfText(FileKind kind, String head) {
    assertEquals(Optional.of(kind), FileKind.of(head.getBytes(StandardCharsets.ISO_8859_1)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "P",
        "version of the story",
        "Fellow citizens <html>",
        "<p>a text with a tag</p>",
        "<?xml version=\"1.0\"?><mediawiki>",
        "PARK",
        "PAR1, the first of four",
        "GGUF is a format",
        "ARROW1 for a name",
        "BZh9 of letters",
        "{\"text\": \"PK\"}"
      })
  void textsHaveNone(String head) {
    assertEquals(Optional.empty(), FileKind.of(head.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void whatLibrariesWriteIsTold(@TempDir Path folder) throws IOException {
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    new GZIPOutputStream(gzip).close();
    assertEquals(Optional.of(FileKind.TORCH), FileKind.of(zipOf("archive/data.pkl")));
    assertEquals(Optional.of(FileKind.NUMPY_ARCHIVE), FileKind.of(zipOf("weights.npy")));
    assertEquals(Optional.of(FileKind.ZIP), FileKind.of(zipOf("model/model.safetensors")));
    assertEquals(Optional.of(FileKind.GZIP), FileKind.of(gzip.toByteArray()));
    assertEquals(
        Optional.of(FileKind.TORCH),
        FileKind.of(Files.write(folder.resolve("model.safetensors"), zipOf("archive/data.pkl"))));
    assertEquals(Optional.empty(), FileKind.of(folder));
    assertEquals(Optional.empty(), FileKind.of(folder.resolve("missing")));
  }

  private static byte[] zipOf(String entry) throws IOException {
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(zip)) {
      out.putNextEntry(new ZipEntry(entry));
    }
    return zip.toByteArray();
  }

  @Test
  void theSampleIsWhatItIs() {
    Path model = SAMPLES.resolve("sotu-llama-5m");
    assertEquals(
        Optional.of(FileKind.SAFETENSORS), FileKind.of(model.resolve("model.safetensors")));
    assertEquals(Optional.empty(), FileKind.of(model.resolve("config.json")));
    assertEquals(Optional.empty(), FileKind.of(SAMPLES.resolve("test.txt")));
  }
}
