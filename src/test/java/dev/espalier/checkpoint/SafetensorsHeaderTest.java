package dev.espalier.checkpoint;

import static dev.espalier.checkpoint.Checkpoints.assertRefused;
import static dev.espalier.checkpoint.Checkpoints.data;
import static dev.espalier.checkpoint.Checkpoints.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.espalier.BadInputException;
import dev.espalier.testing.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsHeaderTest {
  private static final String W = entry("w", "F32", "[2]", 0, 8);

  @TempDir Path folder;

  @Test
  void readsNamesTypesShapesAndOffsets() throws IOException {
    String header =
        "{\"__metadata__\":{\"format\":\"pt\",\"by\":\"me\"},"
            + entry("z", "BF16", "[1,2]", 8, 12)
            + ","
            + W
            + "}   ";
    SafetensorsHeader read = read(header, data(12));
    assertEquals(List.of("z", "w"), List.copyOf(read.tensors().keySet()));
    assertEquals(new TensorEntry("z", "BF16", List.of(1L, 2L), 8, 12), read.tensors().get("z"));
    assertEquals(2, read.tensors().get("z").elements());
    assertEquals(8 + header.length(), read.dataStart());
    assertEquals(12, read.dataBytes());
    assertEquals("me", read.metadata().get("by"));
  }

  @Test
  void acceptsScalarsEmptyTensorsAndEmptyFiles() throws IOException {
    String header =
        "{"
            + entry("none", "F64", "[3,0]", 1, 1)
            + ","
            + entry("one", "U8", "[]", 0, 1)
            + ","
            + entry("two", "U8", "[1]", 1, 2)
            + "}";
    assertEquals(0, read(header, data(2)).tensors().get("none").elements());
    assertEquals(1, read(header, data(2)).tensors().get("one").elements());
    assertEquals(Map.of(), read("{}", data(0)).tensors());
  }

  @Test
  void encodingAlignsTheDataAndReadsBackEqual() throws IOException {
    for (int length = 1; length < 10; length++) {
      String name = "ü\\\"" + "n".repeat(length);
      String header =
          "{\"__metadata__\":{\"by\":\"m\\u0000e\"}," + entry(name, "F32", "[2]", 0, 8) + "}";
      SafetensorsHeader first = read(header, data(8));
      byte[] encoded = first.encode();
      assertEquals(0, encoded.length % 8);
      Path file = Files.write(folder.resolve("again"), encoded);
      Files.write(file, data(8), java.nio.file.StandardOpenOption.APPEND);
      SafetensorsHeader second = SafetensorsHeader.read(file);
      assertEquals(first.tensors(), second.tensors());
      assertEquals(Map.of("by", "m\0e", "format", "pt"), second.metadata());
      assertEquals(encoded.length, second.dataStart());
    }
  }

  @Test
  void whatTheFormatsOwnReaderTakesIsTaken() throws IOException {
    String extended = W.replace("}", ",\"quant\":{\"bits\":[4]},\"x\":1}");
    assertEquals(8, read("{\"__metadata__\":null," + extended + "} \n", data(8)).dataBytes());
    String header = "{" + W + "," + entry("e", "I2", "[16]", 8, 12) + "}";
    TensorEntry unknown = read(header, data(12)).tensors().get("e");
    assertEquals("I2", unknown.type());
    assertEquals(16, unknown.elements());
    assertRefused(unknown::dtype, "\"e\"", "I2", "BF16");
    try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("f"));
        Tensor known = file.tensor("w")) {
      assertEquals(2, known.numel());
      assertRefused(() -> file.tensor("e"), "I2");
    }
    String again = new String(read(header, data(12)).encode(), StandardCharsets.UTF_8);
    assertTrue(again.contains("\"dtype\":\"I2\",\"shape\":[16],\"data_offsets\":[8,12]"), again);
  }

  static Stream<Arguments> hostileHeaders() {
    String surrogate = "{\"\\ud800\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]}}";
    String sizes = IntStream.range(0, 65).mapToObj(i -> "1").collect(Collectors.joining(","));
    return Stream.of(
        arguments("[1]", "does not start its header with '{'"),
        arguments(" {" + W + "}", "does not start its header with '{'"),
        arguments("{" + W, "not valid JSON"),
        arguments("{" + W + "} x", "not valid JSON"),
        arguments("{" + W + "}{}", "text after the header's JSON object"),
        arguments("{" + W + "}\0", "not valid JSON"),
        arguments(surrogate, "not valid Unicode"),
        arguments("{" + W + "," + W + "}", "tensor 'w' is listed twice"),
        arguments("{\"w\":3}", "tensor 'w' is not described by a JSON object"),
        arguments("{\"w\":{}}", "tensor 'w' lacks one of the fields"),
        arguments("{" + W.replace("}", ",\"shape\":[2]}") + "}", "'w' has the field 'shape' twice"),
        arguments("{" + W.replace("\"F32\"", "4") + "}", "'w' has a dtype that is not a string"),
        arguments("{" + entry("w", "F32", "2", 0, 8) + "}", "'w' has a shape that is not an array"),
        arguments("{" + entry("w", "F32", "[-2]", 0, 8) + "}", "'w' has a shape with something"),
        arguments("{" + entry("w", "F32", "[2.0]", 0, 8) + "}", "'w' has a shape with something"),
        arguments("{" + entry("w", "F32", "[[2]]", 0, 8) + "}", "'w' has a shape with something"),
        arguments(
            "{" + entry("w", "F32", "[99999999999999999999]", 0, 8) + "}",
            "'w' has a shape with something"),
        arguments(
            "{" + entry("w", "U8", "[8," + sizes + "]", 0, 8) + "}",
            "'w' has a shape of more than 64"),
        arguments(
            "{" + entry("w", "F32", "[4611686018427387904,4]", 0, 8) + "}",
            "'w' has an impossibly large shape"),
        arguments(
            "{" + entry("w", "F32", "[0,4611686018427387904,4]", 0, 0) + "}",
            "'w' has an impossibly large shape"),
        arguments("{" + W.replace("[0,8]", "[0,8,8]") + "}", "'w' has 3 data_offsets"),
        arguments("{" + W.replace("[0,8]", "[-8,0]") + "}", "'w' has a data_offsets with"),
        arguments("{" + entry("w", "F32", "[2]", 8, 0) + "}", "'w' ends (byte 0) before it begins"),
        arguments("{" + entry("w", "F32", "[3]", 0, 8) + "}", "'w' has 8 bytes, but F32 [3] takes"),
        arguments("{" + entry("w", "F32", "[4]", 0, 16) + "}", "'w' ends at byte 16 of the data"),
        arguments(
            "{" + entry("w", "U8", "[2]", Long.MAX_VALUE - 2, Long.MAX_VALUE) + "}",
            "'w' ends at byte"),
        arguments(
            "{" + W + "," + entry("v", "F32", "[1]", 4, 8) + "}",
            "'v' begins at byte 4 of the data, inside the tensor before it"),
        arguments("{" + entry("w", "F32", "[1]", 4, 8) + "}", "'w' begins at byte 4", "hole"),
        arguments("{" + entry("w", "F32", "[1]", 0, 4) + "}", "4 bytes after its last tensor"),
        arguments("{}", "8 bytes after its last tensor"),
        arguments("{\"__metadata__\":{\"a\":1}," + W + "}", "metadata 'a' is not a string"),
        arguments("{\"__metadata__\":{\"a\":{}}," + W + "}", "metadata 'a' is not a string"),
        arguments("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}," + W + "}", "'a' is listed twice"),
        arguments("{\"__metadata__\":3," + W + "}", "__metadata__"),
        arguments("{\"__metadata__\":null,\"__metadata__\":null," + W + "}", "__metadata__"),
        arguments("{\"__metadata__\":{},\"__metadata__\":{}," + W + "}", "__metadata__"),
        arguments("{\"" + "n".repeat(60_000) + "\":1}", "not valid JSON"));
  }

  @ParameterizedTest
  @MethodSource
  void hostileHeaders(String header, String expected) throws IOException {
    Path file = Safetensors.write(folder.resolve("model.safetensors"), header, data(8));
    assertRefused(() -> SafetensorsHeader.read(file), file.toString(), expected);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 47, 100_000_001, Long.MAX_VALUE, Long.MIN_VALUE, -1})
  void impossibleLengths(long length) throws IOException {
    byte[] bytes = new byte[54];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length).put((byte) '{');
    Path file = Files.write(folder.resolve("f"), bytes);
    String printed = Long.toUnsignedString(length);
    assertRefused(() -> SafetensorsHeader.read(file), file.toString(), printed + " bytes");
  }

  @Test
  void shortMissingAndUnreadableFiles() throws IOException {
    Path tiny = Files.write(folder.resolve("tiny"), new byte[7]);
    assertRefused(() -> SafetensorsHeader.read(tiny), "tiny", "7 bytes");
    assertRefused(() -> SafetensorsHeader.read(folder.resolve("none")), "none", "no such file");
    assertRefused(() -> SafetensorsHeader.read(folder), folder.toString(), "no such file");
  }

  @Test
  void otherEncodingsAreNotUtf8() throws IOException {
    byte[] utf16 = ("{" + W + "}").getBytes(StandardCharsets.UTF_16LE);
    byte[] latin1 = ("{" + W.replace('w', 'ü') + "}").getBytes(StandardCharsets.ISO_8859_1);
    byte[] overlong = ("{" + W.replace("w", "\u00c0\u0080") + "}").getBytes("ISO-8859-1");
    for (byte[] json : List.of(utf16, latin1, overlong)) {
      ByteBuffer bytes = ByteBuffer.allocate(16 + json.length).order(ByteOrder.LITTLE_ENDIAN);
      Path file = Files.write(folder.resolve("f"), bytes.putLong(json.length).put(json).array());
      assertRefused(() -> SafetensorsHeader.read(file), file.toString(), "not valid");
    }
  }

  @Test
  void messagesAreFitForATerminal() throws IOException {
    String name = "\\u001b[31m" + "n".repeat(5_000);
    Path file = Safetensors.write(folder.resolve("f"), "{\"" + name + "\":1}", data(0));
    String message = "";
    try {
      SafetensorsHeader.read(file);
    } catch (BadInputException e) {
      message = e.getMessage();
    }
    assertTrue(message.contains("?[31m"), message);
    assertTrue(message.length() < 600, message);
  }

  /** Whatever the bytes, the outcome is a sentence, or a file whose tensors can all be read. */
  @Test
  void mutatedFilesNeverCrash() throws IOException {
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + W
            + ","
            + entry("b", "BF16", "[2,3]", 8, 20)
            + ","
            + entry("e", "I64", "[0]", 20, 20)
            + "}";
    Path file = Safetensors.write(folder.resolve("f"), header, data(20));
    byte[] valid = Files.readAllBytes(file);
    Random random = new Random(7);
    String alphabet = "{}[]\",:0123456789-.eE\\u \n\tFBIUdtypeshapwb_null\u00ff\u0000";
    int accepted = 0;
    for (int round = 0; round < 3_000; round++) {
      byte[] bytes = valid.clone();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        int at = random.nextInt(8 + header.length());
        bytes[at] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
      }
      if (random.nextInt(10) == 0) {
        bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 10));
      }
      Files.write(file, bytes);
      try (SafetensorsFile open = SafetensorsFile.open(file)) {
        open.header().encode();
        for (TensorEntry tensor : open.header().tensors().values()) {
          if (tensor.known().isPresent()) {
            try (Tensor view = open.tensor(tensor.name())) {
              assertEquals(tensor.elements(), view.numel());
            }
          }
        }
        accepted++;
      } catch (BadInputException e) {
        assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
      }
    }
    assertTrue(accepted > 0 && accepted < 3_000, "accepted " + accepted);
  }

  private SafetensorsHeader read(String header, byte[] data) throws IOException {
    return SafetensorsHeader.read(Safetensors.write(folder.resolve("f"), header, data));
  }
}
