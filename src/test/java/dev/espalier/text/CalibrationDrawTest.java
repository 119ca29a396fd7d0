package dev.espalier.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CalibrationDrawTest {
  private final CharacterTokenizer tokenizer = new CharacterTokenizer();

  private WindowSampler sampler(int samples, int seqLen) {
    return new WindowSampler(tokenizer, samples, seqLen, 0);
  }

  /** Of a text of characters that all differ, a window's tokens tell where it is. */
  private static Set<Integer> tokens(TokenWindows windows) {
    Set<Integer> tokens = new HashSet<>();
    for (int i = 0; i < windows.count(); i++) {
      Arrays.stream(windows.window(i)).forEach(tokens::add);
    }
    return tokens;
  }

  private static String text(int from, int to) {
    return IntStream.range(from, to).mapToObj(Character::toString).collect(Collectors.joining());
  }

  @Test
  void heldOutWindowsOfATextLieBetweenTheCalibrationWindows() {
    for (int samples : new int[] {1, 5, 20}) {
      CalibrationDraw draw = sampler(samples, 10).draw(new TextCorpus("t", text(256, 1256)));
      Set<Integer> seen = tokens(draw.windows());
      TokenWindows heldOut = draw.heldOut(1000);
      Set<Integer> judged = tokens(heldOut);
      assertEquals(10 * heldOut.count(), judged.size(), "they do not overlap");
      assertTrue(judged.stream().noneMatch(seen::contains), "nor do they touch the others");
      assertTrue(heldOut.count() >= 100 - 2 * samples, "and little is wasted");
    }
  }

  @Test
  void theyAreSpreadOverTheText() {
    CalibrationDraw draw = sampler(3, 10).draw(new TextCorpus("t", text(256, 1256)));
    TokenWindows heldOut = draw.heldOut(4);
    assertEquals("4 windows of 10 tokens from t, held out", heldOut.toString());
    Set<Integer> quarters =
        tokens(heldOut).stream().map(token -> (token - 256) / 250).collect(Collectors.toSet());
    assertTrue(quarters.size() >= 3, quarters::toString);
  }

  @Test
  void ofDocumentsTheyAreThoseNotDrawn() {
    List<String> documents =
        IntStream.range(0, 40).mapToObj(i -> text(1000 + 100 * i, 1025 + 100 * i)).toList();
    CalibrationDraw draw = sampler(12, 10).draw(new DocumentCorpus("d", documents));
    Set<Integer> drawn = documentsOf(draw.windows());
    TokenWindows heldOut = draw.heldOut(1000);
    Set<Integer> judged = documentsOf(heldOut);
    assertFalse(drawn.isEmpty());
    assertTrue(judged.stream().noneMatch(drawn::contains));
    assertEquals(40, judged.size() + drawn.size(), "every document serves one or the other");
    assertEquals(2 * judged.size(), heldOut.count(), "two windows of ten in 25 tokens");
  }

  @ParameterizedTest
  @ValueSource(ints = {12, 25, 90})
  void theyComeFromDocumentsAllOverTheCorpus(int tokens) {
    List<String> sorted =
        IntStream.range(0, 64)
            .mapToObj(i -> text(100 * i + 1000, 100 * i + 1000 + tokens))
            .toList();
    CalibrationDraw draw = sampler(1, 10).draw(new DocumentCorpus("d", sorted));
    TokenWindows heldOut = draw.heldOut(8);
    assertEquals(8, heldOut.count());
    Set<Integer> eighths =
        documentsOf(heldOut).stream().map(d -> (d - 10) / 8).collect(Collectors.toSet());
    assertTrue(eighths.size() >= 7, eighths::toString);
    assertTrue(tokenizer.encoded.size() <= 1 + 8 + 1, "no more are encoded than it takes");
  }

  /** Leaving aside the token that starts a document. */
  private static Set<Integer> documentsOf(TokenWindows windows) {
    return tokens(windows).stream()
        .filter(token -> token >= 1000)
        .map(token -> token / 100)
        .collect(Collectors.toSet());
  }

  /** Where every document is drawn, there is still what the windows leave of each. */
  @Test
  void whereAllDocumentsAreDrawnTheirRestIsHeldOut() {
    List<String> documents =
        IntStream.range(0, 3).mapToObj(i -> text(1000 + 1000 * i, 1500 + 1000 * i)).toList();
    CalibrationDraw draw = sampler(40, 10).draw(new DocumentCorpus("d", documents));
    TokenWindows heldOut = draw.heldOut(20);
    assertEquals(20, heldOut.count());
    Set<Integer> seen = letters(draw.windows());
    assertTrue(letters(heldOut).stream().noneMatch(seen::contains), "no token is shared");
    Set<Integer> judged =
        letters(heldOut).stream().map(token -> token / 1000).collect(Collectors.toSet());
    assertEquals(Set.of(1, 2, 3), judged, "they are from all documents");
  }

  /** Leaving aside the token that starts a document. */
  private static Set<Integer> letters(TokenWindows windows) {
    return tokens(windows).stream().filter(token -> token > 0).collect(Collectors.toSet());
  }

  @Test
  void aFewOtherDocumentsComeFirstAndTheRestIsAdded() {
    List<String> documents =
        IntStream.range(0, 3).mapToObj(i -> text(1000 + 1000 * i, 1500 + 1000 * i)).toList();
    CalibrationDraw draw = sampler(1, 10).draw(new DocumentCorpus("d", documents));
    int drawn = letters(draw.windows()).iterator().next() / 1000;
    TokenWindows enough = draw.heldOut(30);
    assertTrue(letters(enough).stream().noneMatch(token -> token / 1000 == drawn));

    List<String> two = List.of(documents.get(0), text(5000, 5025));
    CalibrationDraw most = sampler(30, 10).draw(new DocumentCorpus("d", two));
    assertEquals(
        Set.of(1, 5),
        letters(most.windows()).stream().map(t -> t / 1000).collect(Collectors.toSet()));
    CalibrationDraw few = firstOf(documents.get(0), text(5000, 5025));
    TokenWindows filled = few.heldOut(12);
    assertEquals(12, filled.count());
    assertEquals(5000, filled.window(0)[1], "the document that was not drawn leads");
  }

  /** A draw of one window from the first of two documents. */
  private CalibrationDraw firstOf(String first, String second) {
    for (long seed = 0; ; seed++) {
      CalibrationDraw draw =
          new WindowSampler(tokenizer, 1, 10, seed)
              .draw(new DocumentCorpus("d", List.of(first, second)));
      if (first.indexOf(draw.windows().window(0)[9]) >= 0) {
        return draw;
      }
    }
  }

  @Test
  void anotherCopyOfADrawnDocumentIsNotHeldOut() {
    String twice = text(2000, 2030);
    DocumentCorpus documents = new DocumentCorpus("d", List.of(twice, twice));
    for (int samples : new int[] {1, 2, 3}) {
      CalibrationDraw draw = sampler(samples, 10).draw(documents);
      Set<Integer> seen = letters(draw.windows());
      try {
        assertTrue(letters(draw.heldOut(9)).stream().noneMatch(seen::contains));
      } catch (BadInputException e) {
        assertTrue(seen.size() > 10, "of one window, something is left");
      }
    }
    CalibrationDraw all = sampler(1, 20).draw(documents);
    assertThrows(BadInputException.class, () -> all.heldOut(1));
  }

  @Test
  void nothingIsEncodedTwiceNorInVain() {
    CalibrationDraw text = sampler(5, 10).draw(new TextCorpus("t", text(256, 1256)));
    text.heldOut(8);
    assertEquals(1, tokenizer.encoded.size());

    tokenizer.encoded.clear();
    List<String> documents = IntStream.range(0, 30).mapToObj(i -> "d" + i).toList();
    CalibrationDraw hopeless =
        sampler(1, 100).draw(new DocumentCorpus("d", with(documents, "x".repeat(150))));
    assertThrows(BadInputException.class, () -> hopeless.heldOut(4));
    assertTrue(tokenizer.encoded.stream().noneMatch(documents::contains));
  }

  private static List<String> with(List<String> documents, String another) {
    return Stream.concat(documents.stream(), Stream.of(another)).toList();
  }

  @Test
  void whereNothingIsLeftTheSentenceSaysWhatToDo() {
    CalibrationDraw draw = sampler(1, 10).draw(new TextCorpus("t.txt", text(256, 267)));
    Exception refusal = assertThrows(BadInputException.class, () -> draw.heldOut(4));
    assertEquals(
        "t.txt has no window of 10 tokens beside the calibration windows: lower the number of"
            + " samples or the sequence length, give a longer text, or prune with the uniform"
            + " allocation, which needs none",
        refusal.getMessage());
  }

  @Test
  void aSingleWindowIsCutWhereItWasDrawn() {
    CalibrationDraw draw = sampler(1, 3).draw(new TextCorpus("t", "abc"));
    assertArrayEquals(new int[] {0, 'a', 'b'}, draw.windows().window(0));
  }
}
