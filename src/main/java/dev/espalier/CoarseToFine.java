package dev.espalier;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.stream.IntStream;

/** An order of a range of which every beginning is spread over the range. */
public final class CoarseToFine {
  private CoarseToFine() {}

  /** The numbers below {@code count}: the middle, the middles of the halves, of the quarters, … */
  public static IntStream order(int count) {
    record Part(int from, int to) {}
    IntStream.Builder order = IntStream.builder();
    Queue<Part> parts = new ArrayDeque<>();
    parts.add(new Part(0, count));
    while (!parts.isEmpty()) {
      Part part = parts.remove();
      if (part.from < part.to) {
        int middle = (part.from + part.to) >>> 1;
        order.add(middle);
        parts.add(new Part(part.from, middle));
        parts.add(new Part(middle + 1, part.to));
      }
    }
    return order.build();
  }
}
