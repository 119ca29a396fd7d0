package dev.espalier.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenIdsTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 63, 64, 65, 1000, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, 600_000})
  void areThoseThatWereAdded(int count) {
    int[] all = IntStream.range(0, count).map(i -> i * 31).toArray();
    TokenIds ids = TokenIds.of(all);
    assertEquals(count, ids.length());
    assertArrayEquals(all, ids.toArray());
    for (int start : new int[] {0, count / 3, Math.max(0, count - 1)}) {
      int length = (count - start) / 2;
      assertArrayEquals(
          Arrays.copyOfRange(all, start, start + length), ids.window(start, length), "at " + start);
    }
    assertThrows(IndexOutOfBoundsException.class, () -> ids.window(1, count));
    assertThrows(IndexOutOfBoundsException.class, () -> ids.window(-1, 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 64, 300_000})
  void areEqualByWhatTheyAre(int count) {
    int[] all = IntStream.range(0, count).toArray();
    TokenIds ids = TokenIds.of(all);
    assertEquals(ids, TokenIds.of(all));
    assertEquals(ids.hashCode(), TokenIds.of(all).hashCode());
    assertNotEquals(ids, TokenIds.of(Arrays.copyOf(all, count - 1)));
    all[count - 1]++;
    assertNotEquals(ids, TokenIds.of(all));
  }
}
