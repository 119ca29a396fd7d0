package dev.espalier.text;

import static dev.espalier.text.TokenizerFolders.JSON;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.testing.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The expected ids and digests were computed apart from the library, by a direct byte-pair encoder
 * over the sample's {@code tokenizer.json}, and the windows by CPython's {@code random}.
 */
class HuggingFaceTokenizerTest {
  private static HuggingFaceTokenizer tokenizer;

  @BeforeAll
  static void load() {
    tokenizer = HuggingFaceTokenizer.load(Samples.MODEL);
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  static Stream<Arguments> knownIds() {
    return Stream.of(
        arguments("", new int[] {0}),
        arguments("The people of the United States", new int[] {0, 1928, 582, 272, 262, 549, 478}),
        arguments(
            "  two  spaces\n\nand 1927's café — naïve 😀",
            new int[] {
              0, 223, 811, 223, 508, 452, 280, 201, 201, 408, 910, 20, 25, 531, 585, 72, 130, 105,
              223, 612, 300, 67, 130, 110, 308, 223, 175, 256, 249, 225
            }));
  }

  @ParameterizedTest
  @MethodSource("knownIds")
  void encodesWithOneLeadingSpecialToken(String text, int[] ids) {
    assertArrayEquals(ids, tokenizer.encode(text));
  }

  @Test
  void drawsTheWindowsOfThePublishedLoaderFromTheSampleText() {
    Corpus corpus = Corpus.open(Samples.CALIBRATION);
    int[] tokens = tokenizer.encode(((TextCorpus) corpus).text());
    int[] starts = {
      221360, 100989, 198693, 110250, 10612, 67873, 134027, 127383, 106151, 205468, 217540, 79511,
      124937, 93860, 152930, 57263, 132300, 36509, 73882, 36633, 198129, 24859, 162101, 209558,
      65668, 139608, 184856, 212393, 157785, 38525, 81303, 25890
    };
    assertEquals(226_498, tokens.length);

    TokenWindows windows = new WindowSampler(tokenizer, 32, 256, 0).draw(corpus).windows();
    for (int i = 0; i < starts.length; i++) {
      int[] window = new int[256];
      System.arraycopy(tokens, starts[i], window, 0, 256);
      assertArrayEquals(window, windows.window(i), "window " + i);
    }
    assertEquals(
        "71ac9159aec031490533fb1711d91a06afabf19d1f866b6852fdc676c5d23cf0", windows.digest());
  }

  @Test
  void drawsTheWindowsOfThePublishedLoaderFromDocuments() throws IOException {
    String[] paragraphs = Files.readString(Samples.CALIBRATION).split("\n", -1);
    DocumentCorpus corpus = new DocumentCorpus("paragraphs", List.of(paragraphs));
    assertEquals(
        "69b2700009d8d75cf735de583ed6b5bbd066f06e9ddb896157c83645e39b09b8",
        new WindowSampler(tokenizer, 32, 256, 0).draw(corpus).windows().digest());
  }

  @Test
  void cutsTheSampleTestTextIntoTheWindowsOfThePublishedEvaluation() {
    TokenWindows windows = EvaluationWindows.of(Corpus.open(Samples.TEST), tokenizer, 256);
    assertEquals("147 windows of 256 tokens from " + Samples.TEST, windows.toString());
    assertEquals(
        "ad366569196de82902915d38bf3d9d8c3ec64d5632502bd090472de80b55386e", windows.digest());
  }

  @Test
  void aMegabyteTakesSeconds() throws IOException {
    String text = Files.readString(Samples.CALIBRATION) + Files.readString(Samples.TEST);
    assertTimeout(Duration.ofSeconds(30), () -> tokenizer.encode(text));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aThousandEncodingsLeaveNoMemoryBehind() throws IOException {
    String text = Samples.someText(4_000);
    encode(text, 100); // lets the heap and the library's own cache of words reach their size
    long before = residentBytes();
    encode(text, 1_000);
    long grown = residentBytes() - before;
    // What one encoding holds natively, kept a thousand times, would be 500 MB.
    assertTrue(grown < 128 << 20, "grew by " + grown + " bytes");
  }

  private static void encode(String text, int times) {
    for (int i = 0; i < times; i++) {
      tokenizer.encode(text);
    }
  }

  private static long residentBytes() throws IOException {
    return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * 4096;
  }

  @Test
  void aFolderWithoutTokenizerIsRefused(@TempDir Path folder) {
    Exception refusal =
        assertThrows(BadInputException.class, () -> HuggingFaceTokenizer.load(folder));
    assertEquals(
        folder + " has no tokenizer.json, which is needed to read text: download it with the model",
        refusal.getMessage());
  }

  @Test
  void anOlderTokenizerIsRefusedWithTheCommandThatConvertsIt(@TempDir Path folder)
      throws IOException {
    Files.writeString(folder.resolve("tokenizer.model"), "");
    Exception refusal =
        assertThrows(BadInputException.class, () -> HuggingFaceTokenizer.load(folder));
    assertEquals(
        ("%1$s has tokenizer.model, but no tokenizer.json, which is needed to read text: make it"
                + " with python3 -c \"from transformers import AutoTokenizer;"
                + " AutoTokenizer.from_pretrained('%1$s').backend_tokenizer.save('%1$s/tokenizer.json')\"")
            .formatted(folder),
        refusal.getMessage());
  }

  @Test
  void aFileThatIsNoTokenizerIsRefused(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("tokenizer.json"), "{\"version\": 1");
    Exception refusal =
        assertThrows(BadInputException.class, () -> HuggingFaceTokenizer.load(folder));
    String message = refusal.getMessage();
    assertTrue(message.startsWith(file + " cannot be used as a tokenizer ("), message);
    assertTrue(message.endsWith("): download it again"), message);
  }

  /** The library takes it, and ends the whole process at the first text. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type': 'TemplateProcessing', %s}",
        "{'type': 'Sequence', 'processors': [{'type': 'TemplateProcessing', %s}]}"
      })
  void aTemplateWithATokenThatItDoesNotListIsRefused(String processor, @TempDir Path folder)
      throws IOException {
    ObjectNode json = (ObjectNode) JSON.readTree(Samples.MODEL.resolve("tokenizer.json").toFile());
    String template =
        "'single': [{'SpecialToken': {'id': '<gone>', 'type_id': 0}},"
            + " {'Sequence': {'id': 'A', 'type_id': 0}}], 'pair': [], 'special_tokens': {}";
    json.set("post_processor", JSON.readTree(processor.formatted(template).replace('\'', '"')));
    Path file = TokenizerFolders.write(folder, json).resolve("tokenizer.json");
    Exception refusal =
        assertThrows(BadInputException.class, () -> HuggingFaceTokenizer.load(folder));
    assertEquals(
        file
            + " cannot be used as a tokenizer (its post-processor puts in \"<gone>\", which is not"
            + " among its special_tokens): download it again",
        refusal.getMessage());
  }
}
