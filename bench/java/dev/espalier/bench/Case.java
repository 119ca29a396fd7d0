package dev.espalier.bench;

import java.util.function.Supplier;

/**
 * One operation at one shape. Runs happen in a pointer scope of the harness, which frees what they
 * leave behind; {@link #reference} and {@link #ours} make the copies that in-place operations need,
 * and only what they return is timed.
 *
 * @param <I> what both sides read and neither changes
 * @param <R> what a side computes
 */
interface Case<I, R> {
  Title title();

  /** Makes the same inputs at every call. */
  I inputs();

  /** The published op sequence. */
  Supplier<R> reference(I inputs);

  Supplier<R> ours(I inputs);

  /** Whether our result is as accurate as it must be. */
  Gate check(I inputs, R reference, R ours);

  /** What cannot be avoided. */
  Work work();
}
