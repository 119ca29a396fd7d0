package dev.espalier.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.espalier.BadInputException;
import java.util.List;
import org.junit.jupiter.api.Test;

class EvaluationWindowsTest {
  private final CharacterTokenizer tokenizer = new CharacterTokenizer();

  @Test
  void windowsFollowEachOtherAndTheRemainderIsDropped() {
    TokenWindows windows =
        EvaluationWindows.of(new TextCorpus("t.txt", "abcdefghij"), tokenizer, 4);
    assertEquals("2 windows of 4 tokens from t.txt", windows.toString());
    assertArrayEquals(new int[] {0, 'a', 'b', 'c'}, windows.window(0));
    assertArrayEquals(new int[] {'d', 'e', 'f', 'g'}, windows.window(1));
  }

  @Test
  void documentsAreJoinedByABlankLine() {
    EvaluationWindows.of(new DocumentCorpus("d", List.of("one", "", "two")), tokenizer, 2);
    assertEquals(List.of("one\n\n\n\ntwo"), tokenizer.encoded);
  }

  @Test
  void exactlyOneWindowIsEnough() {
    assertEquals(1, EvaluationWindows.of(new TextCorpus("t", "abc"), tokenizer, 4).count());
  }

  @Test
  void lessThanAWindowIsRefused() {
    Exception refusal =
        assertThrows(
            BadInputException.class,
            () -> EvaluationWindows.of(new TextCorpus("t.txt", "abc"), tokenizer, 5));
    assertEquals(
        "t.txt has 4 tokens, fewer than one window of 5: lower the sequence length or give a longer"
            + " text",
        refusal.getMessage());
  }

  @Test
  void aWindowOfOneTokenPredictsNothing() {
    Exception refusal =
        assertThrows(
            BadInputException.class,
            () -> EvaluationWindows.of(new TextCorpus("t.txt", "abc"), tokenizer, 1));
    assertEquals(
        "the sequence length must be at least 2 for perplexity, in which earlier tokens predict later ones,"
            + " but is 1",
        refusal.getMessage());
  }
}
