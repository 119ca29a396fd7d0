package dev.espalier.text;

import dev.espalier.Progress;
import java.util.function.Function;
import java.util.function.LongConsumer;

/** Tells how far the reading of a file has come, where it takes more than a moment. */
record Reading(long bytes, String task, Progress progress) {
  /** Files below are read in a few seconds. */
  private static final long LONG = 8L << 20;

  /**
   * @param bytes of the file; 0 if unknown, and then nothing is told
   * @param task for people
   */
  static Reading of(long bytes, String task, Progress progress) {
    return new Reading(bytes, task, bytes >= LONG ? progress : Progress.NONE);
  }

  /**
   * Does the work.
   *
   * @param work is given what hears how many more bytes were read
   */
  <T> T told(Function<LongConsumer, T> work) {
    progress.begin(task, bytes);
    long[] left = {bytes};
    T result =
        work.apply(
            read -> {
              long step = Math.min(read, left[0]); // a file may grow, or be read on after all
              left[0] -= step;
              progress.step(step);
            });
    progress.step(left[0]);
    progress.end();
    return result;
  }
}
