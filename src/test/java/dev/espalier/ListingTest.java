package dev.espalier;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ListingTest {
  @Test
  void namesInSentences() {
    assertEquals("", Listing.or(List.of()));
    assertEquals("a", Listing.or(List.of("a")));
    assertEquals("a or b", Listing.or(List.of("a", "b")));
    assertEquals("a, b and c", Listing.and(List.of("a", "b", "c")));
  }
}
