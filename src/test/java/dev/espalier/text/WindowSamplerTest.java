package dev.espalier.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.testing.RecordingProgress;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The expected starts and documents are those of the published loaders' lines in CPython 3.11. */
class WindowSamplerTest {
  private final CharacterTokenizer tokenizer = new CharacterTokenizer();

  @Test
  void drawsFromATextAsTheWikitext2LoaderDoes() {
    String text = "abcdefghijklmnopqrstuvwxyz".repeat(4).substring(0, 99);
    TokenWindows windows = sampler(5, 10, 1L << 40).draw(new TextCorpus("t.txt", text)).windows();

    int[] tokens = tokenizer.encode(text);
    int[] starts = {13, 45, 85, 8, 54};
    assertEquals("5 windows of 10 tokens from t.txt, seed 1099511627776", windows.toString());
    for (int i = 0; i < starts.length; i++) {
      assertArrayEquals(
          Arrays.copyOfRange(tokens, starts[i], starts[i] + 10), windows.window(i), "window " + i);
    }
  }

  @Test
  void drawsFromDocumentsAsTheC4LoaderDoes() {
    List<String> documents =
        List.of(
            "short",
            "a much longer document than the window",
            "",
            "tiny",
            "another long document, with words",
            "xxxxxxxxxxxx");
    TokenWindows windows =
        sampler(6, 12, 7).draw(new DocumentCorpus("d.jsonl", documents)).windows();

    int[][] documentAndStart = {{1, 12}, {5, 0}, {4, 3}, {4, 1}, {4, 6}, {1, 2}};
    assertEquals(documentAndStart.length, windows.count());
    for (int i = 0; i < documentAndStart.length; i++) {
      int[] document = new CharacterTokenizer().encode(documents.get(documentAndStart[i][0]));
      int start = documentAndStart[i][1];
      assertArrayEquals(
          Arrays.copyOfRange(document, start, start + 12), windows.window(i), "window " + i);
    }
  }

  @Test
  void aSearchForLongDocumentsEndsAndIsTold() {
    List<String> documents =
        IntStream.range(0, 300)
            .mapToObj(i -> i == 150 ? "the only long document of them" : "short")
            .toList();
    RecordingProgress progress = new RecordingProgress();
    TokenWindows windows =
        sampler(4, 12, 3).draw(new DocumentCorpus("d.jsonl", documents), progress).windows();
    assertEquals(4, windows.count());
    assertEquals(
        List.of(
            "Only 1 of 300 documents of d.jsonl are longer than 12 tokens: all windows come from"
                + " them."),
        progress.notes());
    assertEquals(
        List.of("Looking for documents longer than 12 tokens in d.jsonl"), progress.taskNames());
  }

  @Test
  void tokenizesATextOnceAndADocumentAtMostOnce() {
    sampler(50, 5, 0).draw(new TextCorpus("t", "x".repeat(300)));
    assertEquals(1, tokenizer.encoded.size());

    tokenizer.encoded.clear();
    List<String> documents = IntStream.range(0, 20).mapToObj(i -> "d" + "x".repeat(i)).toList();
    sampler(500, 10, 0).draw(new DocumentCorpus("d", documents));
    assertEquals(new HashSet<>(tokenizer.encoded).size(), tokenizer.encoded.size());
  }

  @Test
  void theSmallestTextGivesItsOnlyWindow() {
    TokenWindows windows = sampler(1, 3, 0).draw(new TextCorpus("t", "abc")).windows();
    assertArrayEquals(new int[] {0, 'a', 'b'}, windows.window(0));
  }

  @Test
  void aTextShorterThanAWindowIsRefused() {
    assertRefused(
        sampler(1, 4, 0),
        new TextCorpus("t.txt", "abc"),
        "t.txt has 4 tokens, but a window of 4 needs a text of at least 5: lower the sequence"
            + " length or give a longer text");
  }

  @Test
  void moreSamplesThanTextAreRefused() {
    assertRefused(
        sampler(128, 2048, 0),
        new TextCorpus("t.txt", "x".repeat(9_999)),
        "t.txt has 10000 tokens, but 128 windows of 2048 tokens are 262144: lower the number of"
            + " samples or the sequence length, or give a longer text");
  }

  @Test
  void documentsThatAreAllTooShortEndTheSearch() {
    DocumentCorpus documents = new DocumentCorpus("d.jsonl", List.of("one", "three", "", "seven"));
    assertRefused(
        sampler(2, 6, 0),
        documents,
        "No document of d.jsonl is longer than 6 tokens (the longest of 4 has 6): lower the"
            + " sequence length or give longer documents");
  }

  @Test
  void theSearchForALongDocumentDoesNotEncodeTheHopeless() {
    List<String> short200 = IntStream.range(0, 200).mapToObj(i -> "short " + i).toList();
    assertRefused(
        sampler(1, 131_072, 0),
        new DocumentCorpus("d.jsonl", short200),
        "No document of d.jsonl is longer than 131072 tokens (the longest of 200 has 10): lower"
            + " the sequence length or give longer documents");
    assertEquals(1, tokenizer.encoded.size());
  }

  @Test
  void oneLongDocumentAmongManyIsFound() {
    String[] documents = new String[1_000];
    Arrays.fill(documents, "short");
    documents[777] = "long enough for a window";
    TokenWindows windows =
        sampler(3, 20, 0).draw(new DocumentCorpus("d", Arrays.asList(documents))).windows();
    assertEquals(3, windows.count());
    assertTrue(tokenizer.encoded.contains(documents[777]));
  }

  @Test
  void samplesAndLengthArePositive() {
    Exception samples = assertThrows(BadInputException.class, () -> sampler(0, 1, 0));
    assertEquals("the number of samples must be at least 1, but is 0", samples.getMessage());
    Exception seqLen = assertThrows(BadInputException.class, () -> sampler(1, -5, 0));
    assertEquals("the sequence length must be at least 1, but is -5", seqLen.getMessage());
  }

  private WindowSampler sampler(int samples, int seqLen, long seed) {
    return new WindowSampler(tokenizer, samples, seqLen, seed);
  }

  private static void assertRefused(WindowSampler sampler, Corpus corpus, String message) {
    Exception refusal = assertThrows(BadInputException.class, () -> sampler.draw(corpus));
    assertEquals(message, refusal.getMessage());
  }
}
