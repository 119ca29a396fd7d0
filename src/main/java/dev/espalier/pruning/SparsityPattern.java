package dev.espalier.pruning;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The shape of the zeros in a weight matrix. */
public sealed interface SparsityPattern {
  /** Zeros anywhere. */
  SparsityPattern UNSTRUCTURED = new Unstructured();

  /** For people: says both what is kept and what is removed where the two could be confused. */
  String describe();

  /** Short, for names of folders: what and how much. */
  String label(double sparsity);

  /** The columns of a linear must be a multiple of this. */
  default int group() {
    return 1;
  }

  /** Zeros anywhere. */
  record Unstructured() implements SparsityPattern {
    @Override
    public String describe() {
      return "unstructured";
    }

    @Override
    public String label(double sparsity) {
      return String.valueOf(sparsity);
    }
  }

  /**
   * Of every {@code group} consecutive weights of a row, {@code keep} stay: NVIDIA's sense of N:M.
   * The published pruning repositories mean the number that is removed; 2:4 and 4:8 are both.
   *
   * @param group M, 2 to 64
   * @param keep N, 0 &lt; N &lt; M
   */
  record NofM(int keep, int group) implements SparsityPattern {
    private static final int MAX_GROUP = 64;

    public NofM {
      requirePossible(keep, group);
    }

    private static void requirePossible(int n, int m) {
      if (m > MAX_GROUP || n < 1 || n >= m) {
        throw new BadInputException(
            "the pattern %d:%d is not possible; N:M needs 0 < N < M and M at most %d"
                .formatted(n, m, MAX_GROUP),
            Setting.PATTERN);
      }
    }

    /** The share that goes. */
    public double sparsity() {
      return 1 - (double) keep / group;
    }

    @Override
    public String label(double sparsity) {
      return keep + "of" + group;
    }

    @Override
    public String describe() {
      return "%d:%d (%d of %d kept, %d removed)".formatted(keep, group, keep, group, group - keep);
    }
  }

  /**
   * Of every {@code group} consecutive weights of a row each block, or linear, keeps its own
   * number, which follows from its sparsity.
   *
   * @param group M, 2 to 64
   */
  record Mixed(int group) implements SparsityPattern {
    public Mixed {
      if (group < 2 || group > NofM.MAX_GROUP) {
        throw new BadInputException(
            "the pattern N:%d is not possible; after the letter N goes a number from 2 to %d"
                .formatted(group, NofM.MAX_GROUP),
            Setting.PATTERN);
      }
    }

    /** The pattern of a sparsity that is a multiple of 1/M; unstructured where that is zero. */
    SparsityPattern at(double sparsity) {
      int removed = (int) Math.rint(sparsity * group);
      return removed == 0 ? UNSTRUCTURED : new NofM(group - removed, group);
    }

    @Override
    public String label(double sparsity) {
      return "Nof" + group + "-" + sparsity;
    }

    @Override
    public String describe() {
      return "N:%d (each block or linear keeps its own N of %d)".formatted(group, group);
    }
  }

  /** How N:M is written: N, which may be the letter, and M. */
  Pattern N_OF_M = Pattern.compile("(\\d{1,9}|N):(\\d{1,9})");

  /**
   * Reads "unstructured", "N:M" with numbers, or "N:8" with the letter N for a mixed pattern.
   *
   * @param countsRemoved whether N counts the removed weights, as in the published repositories
   */
  static SparsityPattern parse(String text, boolean countsRemoved) {
    if (text.equals("unstructured")) {
      return UNSTRUCTURED;
    }
    Matcher matcher = N_OF_M.matcher(text);
    if (!matcher.matches()) {
      throw new BadInputException(
          "the pattern \""
              + text
              + "\" is not known; write unstructured, N:M such as 2:4, or N:8 with the letter N",
          Setting.PATTERN);
    }
    int m = Integer.parseInt(matcher.group(2));
    if (matcher.group(1).equals("N")) {
      return new Mixed(m);
    }
    int n = Integer.parseInt(matcher.group(1));
    NofM.requirePossible(n, m);
    return new NofM(countsRemoved ? m - n : n, m);
  }
}
