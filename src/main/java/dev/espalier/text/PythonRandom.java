package dev.espalier.text;

import org.apache.commons.rng.core.source32.MersenneTwister;

/**
 * Python's {@code random.Random}, draw for draw, so that a seed picks the same calibration windows
 * here as in the published code. The methods carry Python's names.
 */
final class PythonRandom {
  private final MersenneTwister generator;

  /** As {@code random.seed(seed)}: like there, a seed and its negative give the same draws. */
  public PythonRandom(long seed) {
    generator = new MersenneTwister(digits(seed));
  }

  /** The seed's magnitude in 32-bit digits, the lowest first: the key Python seeds with. */
  private static int[] digits(long seed) {
    long magnitude = Math.abs(seed); // -2^63 stays as it is, and is its own magnitude unsigned
    int low = (int) magnitude;
    int high = (int) (magnitude >>> Integer.SIZE);
    return high == 0 ? new int[] {low} : new int[] {low, high};
  }

  /** An integer of {@code k} random bits, 1 ≤ k ≤ 63. */
  public long getrandbits(int k) {
    if (k < 1 || k > 63) {
      throw new IllegalArgumentException("k must be in 1..63, but is " + k);
    }
    if (k <= Integer.SIZE) {
      return topBits(k);
    }
    long low = topBits(Integer.SIZE);
    return topBits(k - Integer.SIZE) << Integer.SIZE | low;
  }

  private long topBits(int k) {
    return Integer.toUnsignedLong(generator.nextInt() >>> (Integer.SIZE - k));
  }

  /** A uniform integer of [{@code a}, {@code b}], both ends included. */
  public long randint(long a, long b) {
    if (b < a) {
      throw new IllegalArgumentException("empty range [" + a + ", " + b + "]");
    }
    return a + below(Math.addExact(Math.subtractExact(b, a), 1));
  }

  /** By rejection, as Python does it; one value is still drawn when n is 1. */
  private long below(long n) {
    int bits = Long.SIZE - Long.numberOfLeadingZeros(n);
    long drawn = getrandbits(bits);
    while (drawn >= n) {
      drawn = getrandbits(bits);
    }
    return drawn;
  }
}
