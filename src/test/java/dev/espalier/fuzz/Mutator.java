package dev.espalier.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Damages files, the same way for the same seed: bytes, numbers, JSON's tokens, whole parts. */
final class Mutator {
  private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?([eE][+-]?\\d+)?");
  private static final Pattern STRING = Pattern.compile("\"[^\"\\\\]{0,80}\"");

  private static final List<String> NUMBERS =
      List.of(
          "0",
          "-1",
          "1",
          "2",
          "7",
          "255",
          "65536",
          "2147483647",
          "2147483648",
          "4294967296",
          "1000000000000",
          "9223372036854775807",
          "9223372036854775808",
          "1e999",
          "-1e999",
          "1e-999",
          "0.5",
          "NaN",
          "1e308",
          "123456789012345678901234567890",
          "null",
          "true",
          "\"3\"",
          "[]",
          "{}");

  private static final List<String> TOKENS =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "\"",
          "\\",
          "null",
          "[[[[[[[[",
          "{\"a\":",
          "\\u0000",
          "\\ud800",
          "\u0000",
          "\n",
          "\uFEFF",
          "\"__metadata__\":{}",
          "../../../../etc/passwd");

  private final SplittableRandom random;

  Mutator(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** A damaged copy. */
  byte[] mutate(byte[] file) {
    byte[] mutated = file;
    for (int times = 1 + random.nextInt(3); times > 0; times--) {
      mutated = once(mutated);
    }
    return mutated;
  }

  private byte[] once(byte[] file) {
    if (file.length == 0) {
      return pick(TOKENS).getBytes(StandardCharsets.UTF_8);
    }
    int at = random.nextInt(file.length);
    int length = 1 + random.nextInt(Math.min(64, file.length - at));
    return switch (random.nextInt(11)) {
      case 0 -> flipped(file, at);
      case 1 -> Arrays.copyOf(file, at);
      case 2 -> replaced(file, at, at + length, new byte[0]);
      case 3 -> replaced(file, at, at, Arrays.copyOfRange(file, at, at + length));
      case 4 -> replaced(file, at, at, pick(TOKENS).getBytes(StandardCharsets.UTF_8));
      case 5 -> nested(file, at);
      case 6 -> replaced(file, at, at + length, bytes(length));
      case 7 -> token(file, STRING, "\"" + pick(TOKENS).replace("\"", "") + "\"");
      case 8 -> moved(file, STRING);
      default -> token(file, NUMBER, pick(NUMBERS));
    };
  }

  private String pick(List<String> words) {
    return words.get(random.nextInt(words.size()));
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] flipped(byte[] file, int at) {
    byte[] copy = file.clone();
    copy[at] ^= (byte) (1 << random.nextInt(8));
    return copy;
  }

  private byte[] nested(byte[] file, int at) {
    String open = random.nextBoolean() ? "[" : "{\"a\":";
    return replaced(
        file, at, at, open.repeat(1 + random.nextInt(5000)).getBytes(StandardCharsets.UTF_8));
  }

  private byte[] token(byte[] file, Pattern kind, String other) {
    List<MatchResult> found = found(file, kind);
    if (found.isEmpty()) {
      return flipped(file, random.nextInt(file.length));
    }
    MatchResult one = found.get(random.nextInt(found.size()));
    return replaced(file, one.start(), one.end(), other.getBytes(StandardCharsets.UTF_8));
  }

  /** One token in the place of another. */
  private byte[] moved(byte[] file, Pattern kind) {
    List<MatchResult> found = found(file, kind);
    return found.isEmpty()
        ? flipped(file, random.nextInt(file.length))
        : token(file, kind, found.get(random.nextInt(found.size())).group());
  }

  private static List<MatchResult> found(byte[] file, Pattern kind) {
    return new ArrayList<>(
        kind.matcher(new String(file, StandardCharsets.ISO_8859_1)).results().toList());
  }

  private static byte[] replaced(byte[] file, int from, int to, byte[] other) {
    byte[] copy = new byte[file.length - (to - from) + other.length];
    System.arraycopy(file, 0, copy, 0, from);
    System.arraycopy(other, 0, copy, from, other.length);
    System.arraycopy(file, to, copy, from + other.length, file.length - to);
    return copy;
  }
}
