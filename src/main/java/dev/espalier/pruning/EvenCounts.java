package dev.espalier.pruning;

import java.util.Arrays;

/**
 * How many weights each part of a linear loses, its rows or blocks of columns, when some of them
 * are zero already.
 */
final class EvenCounts {
  private EvenCounts() {}

  /**
   * A share of each part, as even as it can be where no part loses fewer weights than it has zeros.
   * Without zeros, parts up to the i-th lose the floor of their share, as the kernels have it.
   *
   * @param total what the parts lose together; at least all zeros
   * @param sizes weights of each part
   * @param zeros of each part
   */
  static long[] of(long total, long[] sizes, long[] zeros) {
    long[] counts = new long[sizes.length];
    boolean[] full = new boolean[sizes.length];
    boolean settled;
    do {
      settled = true;
      share(total, sizes, zeros, full, counts);
      for (int i = 0; i < sizes.length; i++) {
        if (counts[i] < zeros[i]) {
          full[i] = true;
          settled = false;
        }
      }
    } while (!settled);
    return counts;
  }

  /** Full parts lose their zeros, the others equal shares of the rest. */
  private static void share(long total, long[] sizes, long[] zeros, boolean[] full, long[] counts) {
    long rest = total;
    long size = 0;
    for (int i = 0; i < sizes.length; i++) {
      rest -= full[i] ? zeros[i] : 0;
      size += full[i] ? 0 : sizes[i];
    }
    long before = 0;
    long seen = 0;
    for (int i = 0; i < sizes.length; i++) {
      if (full[i]) {
        counts[i] = zeros[i];
        continue;
      }
      seen += sizes[i];
      long upTo = floorShare(rest, seen, size);
      counts[i] = upTo - before;
      before = upTo;
    }
  }

  /** ⌊total · part / whole⌋, where the product may not fit. */
  private static long floorShare(long total, long part, long whole) {
    return total / whole * part + total % whole * part / whole;
  }

  /** The sum of zeros, or the target where that is more. */
  static long total(long target, long[] zeros) {
    return Math.max(target, Arrays.stream(zeros).sum());
  }
}
