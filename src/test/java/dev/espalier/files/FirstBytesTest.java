package dev.espalier.files;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.testing.Samples;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FirstBytesTest {
  @TempDir Path folder;

  private Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("file"), bytes);
  }

  private String refusal(Consumer<Path> look, byte[] bytes) throws IOException {
    Path file = file(bytes);
    String message = assertThrows(BadInputException.class, () -> look.accept(file)).getMessage();
    assertTrue(message.startsWith(file.toString()), message);
    return message;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "version https://git-lfs.github.com/spec/v1 oid sha256:4d7a| git lfs pull",
        "<!DOCTYPE html><html><head>| web page",
        "Entry not found| begins with 'Entry not found'",
        "version: 1| begins with 'version: 1'"
      })
  void otherTexts(String text, String named) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertTrue(refusal(FirstBytes::requireJson, bytes).contains(named));
    assertTrue(refusal(FirstBytes::requireSafetensors, bytes).contains(named));
  }

  @ParameterizedTest
  @CsvSource({
    "504b0304140000000000000000000000000000000000000000001000000061726368697665, zip archive",
    "80025d7101, pickle",
    "47475546030000000000, GGUF",
    "1f8b0800000000000003, gzip",
    "894844460d0a1a0a0000, HDF5",
    "fffe7b00220061002200, UTF-16",
    "0000000000000000000000000000, bytes of zero",
  })
  void otherBytes(String hex, String named) throws IOException {
    byte[] bytes = HexFormat.of().parseHex(hex);
    for (String message :
        new String[] {
          refusal(FirstBytes::requireJson, bytes), refusal(FirstBytes::requireSafetensors, bytes)
        }) {
      assertTrue(message.contains(named), message);
    }
  }

  @Test
  void nothingIsNamed() throws IOException {
    assertTrue(refusal(FirstBytes::requireJson, new byte[0]).contains("is empty"));
    assertTrue(refusal(FirstBytes::requireSafetensors, new byte[0]).contains("is empty"));
  }

  @Test
  void jsonIsNoTensorsAndTensorsAreNoJson() throws IOException {
    byte[] json = "{\"metadata\": {}, \"weight_map\": {}}".getBytes(StandardCharsets.UTF_8);
    assertTrue(refusal(FirstBytes::requireSafetensors, json).contains("weight_map"));
    byte[] weights = Files.readAllBytes(Samples.MODEL.resolve("model.safetensors"));
    byte[] beginning = Arrays.copyOf(weights, 4096);
    assertTrue(refusal(FirstBytes::requireJson, beginning).contains("safetensors"));
  }

  @Test
  void wideTextIsNamedWithoutItsMark() throws IOException {
    for (var charset : new Charset[] {StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE}) {
      byte[] bytes = "{\"a\": 1}".getBytes(charset);
      assertTrue(refusal(FirstBytes::requireJson, bytes).contains("UTF-16"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        " [1]",
        "3",
        "\"x\"",
        "null",
        "true",
        "NaN",
        "\uFEFF{}",
        "",
        "{\"ü\":",
        "\n\n{"
      })
  void whatMayBeJsonIsLeftToItsReader(String text) throws IOException {
    if (!text.isEmpty()) {
      Path file = file(text.getBytes(StandardCharsets.UTF_8));
      assertDoesNotThrow(() -> FirstBytes.requireJson(file));
    }
    assertDoesNotThrow(() -> FirstBytes.requireJson(folder.resolve("missing")));
  }

  @Test
  void theSampleIsWhatItIs() {
    assertDoesNotThrow(
        () -> FirstBytes.requireSafetensors(Samples.MODEL.resolve("model.safetensors")));
    assertDoesNotThrow(() -> FirstBytes.requireJson(Samples.MODEL.resolve("config.json")));
  }
}
