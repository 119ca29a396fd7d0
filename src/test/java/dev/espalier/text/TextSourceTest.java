package dev.espalier.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import dev.espalier.hub.Hub;
import dev.espalier.testing.HubServer;
import dev.espalier.testing.ParquetFile;
import dev.espalier.testing.RecordingProgress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts by name, from a server that has them as the Hub has. */
class TextSourceTest {
  private static final String WIKITEXT = "datasets/Salesforce/wikitext";
  private static final String C4 = "datasets/allenai/c4";
  private static final String PTB = "datasets/ptb-text-only/ptb_text_only";

  @TempDir Path home;
  private final Map<String, String> variables = new HashMap<>();
  private final RecordingProgress progress = new RecordingProgress();
  private HubServer server;

  @BeforeEach
  void start() throws IOException {
    server = new HubServer();
    variables.put("HF_HOME", home.toString());
    variables.put("HF_ENDPOINT", server.endpoint());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Hub hub() {
    return Hub.of(variables, home.toString());
  }

  private byte[] parquet(String column, String... texts) {
    return ParquetFile.bytes(home, column, List.of(texts));
  }

  private static byte[] jsonGz(Stream<String> texts) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(
          texts
              .map("{\"text\": \"%s\", \"url\": \"u\"}\n"::formatted)
              .collect(Collectors.joining())
              .getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }

  private static TextSource named(String name) {
    return TextSource.of(Path.of(name));
  }

  private Corpus calibration(TextSource text) {
    return text.open(this::hub, Purpose.CALIBRATION, progress);
  }

  private Corpus evaluation(TextSource text) {
    return text.open(this::hub, Purpose.EVALUATION, progress);
  }

  private String refused(TextSource text, Purpose purpose, String... parts) {
    BadInputException e =
        assertThrows(BadInputException.class, () -> text.open(this::hub, purpose, progress));
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), () -> "no '" + part + "' in: " + e.getMessage());
    }
    assertEquals(List.of(purpose.setting()), e.settings());
    return e.getMessage();
  }

  @Test
  void wikitextIsJoinedAsPublished() {
    server.file(
        WIKITEXT,
        "wikitext-2-raw-v1/train-00000-of-00001.parquet",
        parquet("text", "", " = A = \n", "b"));
    server.file(
        WIKITEXT, "wikitext-2-raw-v1/test-00000-of-00001.parquet", parquet("text", "x", "y"));
    TextCorpus train = (TextCorpus) calibration(named("wikitext2"));
    assertEquals("  = A = \n b", train.text());
    assertEquals("wikitext2 train", train.name());
    TextCorpus test = (TextCorpus) evaluation(named("wikitext2"));
    assertEquals("x\n\ny", test.text());
    assertEquals("wikitext2 test", test.name());
    assertTrue(
        progress
            .notes()
            .contains(
                "wikitext2 train is wikitext-2-raw-v1/train-00000-of-00001.parquet of"
                    + " Salesforce/wikitext at commit "
                    + HubServer.COMMIT
                    + "."),
        progress.notes().toString());
  }

  @Test
  void c4IsDrawnFromDocumentsAndItsBeginningIsEvaluated() throws IOException {
    server.file(C4, "en/c4-train.00000-of-01024.json.gz", jsonGz(Stream.of("one", "two")));
    server.file(
        C4,
        "en/c4-validation.00000-of-00008.json.gz",
        jsonGz(IntStream.range(0, 1200).mapToObj("%04d"::formatted)));
    assertEquals(List.of("one", "two"), ((DocumentCorpus) calibration(named("c4"))).documents());
    String text = ((TextCorpus) evaluation(named("c4"))).text();
    assertTrue(text.startsWith("0000 0001 0002"), text.substring(0, 20));
    assertTrue(text.endsWith("1098 1099"), text.substring(text.length() - 20));
    TokenWindows windows = named("c4").evaluation(this::hub, new CharacterTokenizer(), 5, progress);
    assertEquals(256, windows.count());
    assertEquals("c4 validation", windows.source().split(",")[0]);
  }

  @Test
  void ptbIsReadFromItsConversion() {
    server.file(PTB, "penn_treebank/train/0000.parquet", parquet("sentence", "a b", "c"));
    server.file(PTB, "penn_treebank/test/0000.parquet", parquet("sentence", "d", "e"));
    assertEquals("a b c", ((TextCorpus) calibration(named("ptb"))).text());
    assertEquals("d e", ((TextCorpus) evaluation(named("ptb"))).text());
    assertTrue(
        server.requests().stream()
            .anyMatch(r -> r.uri().getRawPath().contains("/resolve/refs%2Fconvert%2Fparquet/")));
  }

  @Test
  void theSecondTimeOnlyItsStateIsAskedFor() {
    server.file(PTB, "penn_treebank/train/0000.parquet", parquet("sentence", "a"));
    calibration(named("ptb"));
    server.forget();
    calibration(named("ptb"));
    assertEquals(1, server.requests().size());
    server.forget();
    variables.put("HF_HUB_OFFLINE", "1");
    calibration(named("ptb"));
    assertEquals(0, server.requests().size());
    refused(
        named("ptb"),
        Purpose.EVALUATION,
        "ptb: ptb-text-only/ptb_text_only@refs/convert/parquet",
        "lacks penn_treebank/test/0000.parquet",
        "HF_HUB_OFFLINE");
  }

  @Test
  void anyDataSetIsNamedByItsPath() {
    server
        .file("datasets/me/mine", "data/part.jsonl", "{\"content\": \"x\"}\n".getBytes(UTF_8))
        .file("datasets/me/mine", "notes/plain.txt", "plain".getBytes(UTF_8));
    TextSource text = new TextSource(Path.of("hub:me/mine/data/part.jsonl"), "content");
    assertEquals(List.of("x"), ((DocumentCorpus) calibration(text)).documents());
    assertEquals("plain", ((TextCorpus) calibration(named("hub:me/mine/notes/plain.txt"))).text());
    assertEquals(
        "plain", ((TextCorpus) calibration(named("hub:me/mine@main/notes/plain.txt"))).text());
    refused(
        named("hub:me/mine/none.txt"),
        Purpose.CALIBRATION,
        "me/mine: the data set has no file 'none.txt'");
    refused(
        named("hub:me/mine"),
        Purpose.CALIBRATION,
        "2 files that could be meant; name one of them, such as hub:me/mine/data/part.jsonl");
    refused(named("hub:me/none"), Purpose.EVALUATION, "shows no such data set");
    BadInputException e =
        assertThrows(
            BadInputException.class, () -> calibration(named("hub:me/mine/data/part.jsonl")));
    assertEquals(List.of(Setting.TEXT_FIELD), e.settings());
  }

  @Test
  void withoutAPathThePartForThePurposeIsTaken() {
    server
        .file("datasets/me/mine", "README.md", new byte[0])
        .file("datasets/me/mine", "dataset_infos.json", new byte[0])
        .file("datasets/me/mine", "data/train-0.parquet", parquet("text", "a"))
        .file("datasets/me/mine", "data/test-0.parquet", parquet("text", "b"));
    assertEquals(List.of("a"), ((DocumentCorpus) calibration(named("hub:me/mine"))).documents());
    assertEquals(List.of("b"), ((DocumentCorpus) evaluation(named("hub:me/mine"))).documents());
    variables.put("HF_HUB_OFFLINE", "1");
    assertEquals(List.of("a"), ((DocumentCorpus) calibration(named("hub:me/mine"))).documents());
  }

  @Test
  void filesAreFiles() throws IOException {
    Path file = Files.writeString(home.resolve("a.jsonl"), "{\"body\": \"x\"}\n");
    assertEquals(
        List.of("x"), ((DocumentCorpus) calibration(new TextSource(file, "body"))).documents());
    assertEquals(
        List.of(file), new TextMix(List.of(new TextMix.Part(TextSource.of(file), 1))).files());
    assertEquals(List.of(), TextMix.of(named("c4")).files());
    assertTrue(
        assertThrows(BadInputException.class, () -> named("hub:x").requireReadable())
            .getMessage()
            .contains("names no data set"));
    assertEquals(0, server.requests().size());
  }
}
