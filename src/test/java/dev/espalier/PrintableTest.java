package dev.espalier;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {
  /** Escape, CSI in one character, delete, line breaks, right to left, half a character. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u001b", "\u009b", "\u007f", "\n", "\r", "\u0085", "\u2028", "\u202e", "\u2066", "\ud83c"
      })
  void whatCouldDoMoreThanBeSeenIsReplaced(String character) {
    assertEquals("a?b", Printable.of("a" + character + "b"));
    assertEquals("a?b", new BadInputException("a" + character + "b").getMessage());
  }

  @Test
  void whatCanBeSeenStays() {
    String text = "|W|·‖X‖ ≈ 0.5 %, \ud83c\udf33, \u0628\u200c\u062a";
    assertEquals(text, Printable.of(text));
  }
}
