package dev.espalier;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CoarseToFineTest {
  @Test
  void middlesComeFirst() {
    assertArrayEquals(new int[] {3, 1, 5, 0, 2, 4, 6}, CoarseToFine.order(7).toArray());
    assertArrayEquals(new int[] {5, 2, 8, 1, 4, 7, 9, 0, 3, 6}, CoarseToFine.order(10).toArray());
    assertArrayEquals(new int[] {}, CoarseToFine.order(0).toArray());
  }

  @Test
  void everyBeginningIsSpread() {
    for (int count : new int[] {1, 2, 10, 33, 1000}) {
      int[] order = CoarseToFine.order(count).toArray();
      assertArrayEquals(
          IntStream.range(0, count).toArray(), Arrays.stream(order).sorted().toArray());
      for (int first = 1; first <= count; first++) {
        double mean = Arrays.stream(order).limit(first).average().orElseThrow();
        assertTrue(Math.abs(mean - (count - 1) / 2.0) <= count / 4.0, "neither early nor late");
      }
    }
  }
}
