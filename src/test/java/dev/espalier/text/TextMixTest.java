package dev.espalier.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several calibration texts with shares. */
class TextMixTest {
  @TempDir Path folder;

  private TextMix.Part part(String name, double share) {
    return new TextMix.Part(TextSource.of(folder.resolve(name)), share);
  }

  private int[] counts(int samples, double... shares) {
    return new TextMix(
            IntStream.range(0, shares.length).mapToObj(i -> part("t" + i, shares[i])).toList())
        .counts(samples);
  }

  @Test
  void sharesBecomeWholeWindows() {
    assertArrayEquals(new int[] {102, 26}, counts(128, 0.8, 0.2));
    assertArrayEquals(new int[] {43, 43, 42}, counts(128, 1, 1, 1));
    assertArrayEquals(new int[] {128}, counts(128, 0.3));
    assertArrayEquals(new int[] {8, 2}, counts(10, 4, 1));
    assertArrayEquals(new int[] {70, 20, 10}, counts(100, 0.7, 0.2, 0.1));
  }

  private MixedDraw draw(int samples) throws IOException {
    Files.writeString(folder.resolve("a.txt"), "a".repeat(4000));
    Files.writeString(folder.resolve("b.txt"), "b".repeat(900));
    return new TextMix(List.of(part("a.txt", 0.75), part("b.txt", 0.25)))
        .draw(new WindowSampler(new CharacterTokenizer(), samples, 10, 0), Progress.NONE);
  }

  private static long of(TokenWindows windows, char letter) {
    return IntStream.range(0, windows.count()).filter(i -> isOf(windows, i, letter)).count();
  }

  private static boolean isOf(TokenWindows windows, int i, char letter) {
    return windows.window(i)[5] == letter;
  }

  @Test
  void eachTextHasItsShareInAnyBeginning() throws IOException {
    TokenWindows windows = draw(40).windows();
    assertEquals(30, of(windows, 'a'));
    assertEquals(10, of(windows, 'b'));
    assertEquals(5, of(windows.first(20), 'b'));
    assertEquals(2, of(windows.first(8), 'b'));
    assertTrue(windows.source().contains("a.txt") && windows.source().contains("b.txt"));
  }

  @Test
  void eachIsDrawnAsIfItWereAlone() throws IOException {
    TokenWindows windows = draw(40).windows();
    TokenWindows alone =
        new WindowSampler(new CharacterTokenizer(), 10, 10, 0)
            .draw(Corpus.open(folder.resolve("b.txt")))
            .windows();
    int next = 0;
    for (int i = 0; i < windows.count(); i++) {
      if (isOf(windows, i, 'b')) {
        assertArrayEquals(alone.window(next++), windows.window(i));
      }
    }
    assertEquals(10, next);
  }

  @Test
  void heldOutWindowsAreMixedToo() throws IOException {
    TokenWindows heldOut = draw(40).heldOut(16);
    assertEquals(16, heldOut.count());
    assertEquals(4, of(heldOut, 'b'));
  }

  @Test
  void aTextAloneIsAsItWas() throws IOException {
    Files.writeString(folder.resolve("a.txt"), "abc".repeat(400));
    WindowSampler sampler = new WindowSampler(new CharacterTokenizer(), 7, 10, 3);
    TextMix one = TextMix.of(TextSource.of(folder.resolve("a.txt")));
    TokenWindows mixed = one.draw(sampler, Progress.NONE).windows();
    TokenWindows alone = sampler.draw(Corpus.open(folder.resolve("a.txt"))).windows();
    assertEquals(alone.digest(), mixed.digest());
    assertEquals(alone.source(), mixed.source());
    assertEquals("a.txt", one.shortName());
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThrows(BadInputException.class, () -> counts(10, 1, 0));
    assertThrows(BadInputException.class, () -> counts(10, 1, Double.NaN));
    BadInputException e =
        assertThrows(
            BadInputException.class, () -> new TextMix(List.of(part("a", 1), part("a", 2))));
    assertTrue(e.getMessage().contains("named twice"), e.getMessage());
    BadInputException none =
        assertThrows(
            BadInputException.class,
            () ->
                new TextMix(List.of(part("a.txt", 0.001), part("b.txt", 1)))
                    .draw(new WindowSampler(new CharacterTokenizer(), 8, 10, 0), Progress.NONE));
    assertTrue(none.getMessage().contains("of 8 windows the share of"), none.getMessage());
    assertFalse(none.settings().isEmpty());
    assertEquals(2, Arrays.stream(counts(2, 1, 1)).sum());
  }
}
