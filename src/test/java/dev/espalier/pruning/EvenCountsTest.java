package dev.espalier.pruning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EvenCountsTest {
  @Test
  void withoutZerosSharesAreThoseOfTheKernels() {
    assertArrayEquals(
        new long[] {3, 4, 3, 4}, EvenCounts.of(14, new long[] {5, 5, 5, 5}, new long[4]));
    assertArrayEquals(new long[] {6, 7, 3}, EvenCounts.of(16, new long[] {10, 10, 3}, new long[3]));
  }

  @Test
  void zerosCountAndTheOtherPartsLoseLess() {
    assertArrayEquals(
        new long[] {9, 2, 3}, EvenCounts.of(14, new long[] {10, 10, 10}, new long[] {9, 0, 3}));
    assertArrayEquals(
        new long[] {9, 5, 0}, EvenCounts.of(14, new long[] {10, 10, 10}, new long[] {9, 5, 0}));
  }

  @Test
  void countsAddUpAndNoPartLosesFewerThanItsZeros() {
    Random random = new Random(1);
    for (int i = 0; i < 2000; i++) {
      int parts = 1 + random.nextInt(9);
      long[] sizes = random.longs(parts, 1, 50).toArray();
      long[] zeros = Arrays.stream(sizes).map(s -> random.nextLong(s + 1)).toArray();
      long there = Arrays.stream(zeros).sum();
      long total = there + random.nextLong(Arrays.stream(sizes).sum() - there + 1);
      long[] counts = EvenCounts.of(total, sizes, zeros);
      assertEquals(total, Arrays.stream(counts).sum());
      for (int p = 0; p < parts; p++) {
        assertTrue(zeros[p] <= counts[p] && counts[p] <= sizes[p], Arrays.toString(counts));
      }
    }
  }

  @Test
  void largeLinearsDoNotOverflow() {
    long row = 1 << 16;
    long[] sizes = new long[1 << 15];
    Arrays.fill(sizes, row);
    long[] counts = EvenCounts.of(row * sizes.length / 2, sizes, new long[sizes.length]);
    assertEquals(row / 2, Arrays.stream(counts).min().orElse(0));
    assertEquals(row / 2, Arrays.stream(counts).max().orElse(0));
  }
}
