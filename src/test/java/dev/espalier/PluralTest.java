package dev.espalier;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PluralTest {
  @Test
  void oneIsSingular() {
    assertEquals("0 windows", Plural.of(0, "window"));
    assertEquals("1 window", Plural.of(1, "window"));
    assertEquals("2 windows", Plural.of(2, "window"));
  }
}
