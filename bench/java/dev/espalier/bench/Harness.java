package dev.espalier.bench;

import dev.espalier.NativeException;
import dev.espalier.NumericalException;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/**
 * Runs a case: checks it, then times both sides in turns, so that noise of the machine hits both.
 */
final class Harness {
  private static final double SLOW_MILLIS = 1000;

  private final Repeats repeats;
  private final SpeedProbe.Speed speed;

  /**
   * How often each side is timed.
   *
   * @param slow where the reference takes over a second
   */
  record Repeats(int usual, int slow) {}

  Harness(Repeats repeats, SpeedProbe.Speed speed) {
    this.repeats = repeats;
    this.speed = speed;
  }

  /** Measures a case; one that cannot be run has failed its gate. */
  <I, R> Result run(Case<I, R> measured) {
    try {
      return measure(measured);
    } catch (NativeException | NumericalException e) {
      return new Result(
          measured.title(),
          Timing.NONE,
          Timing.NONE,
          Double.NaN,
          new Gate(false, e.getMessage()),
          Double.NaN);
    }
  }

  private <I, R> Result measure(Case<I, R> measured) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      I inputs = measured.inputs();
      Gate gate = check(measured, inputs);
      // The check warmed both sides up once; this is the second time.
      boolean slow = time(() -> measured.reference(inputs)) > SLOW_MILLIS;
      time(() -> measured.ours(inputs));
      int times = slow ? repeats.slow() : repeats.usual();
      OtherLoad load = OtherLoad.start();
      double[] reference = new double[times];
      double[] ours = new double[times];
      for (int i = 0; i < times; i++) {
        reference[i] = time(() -> measured.reference(inputs));
        ours[i] = time(() -> measured.ours(inputs));
      }
      return new Result(
          measured.title(),
          new Timing(reference),
          new Timing(ours),
          measured.work().floorMillis(speed),
          gate,
          load.share());
    }
  }

  /** The accuracy gate alone. */
  static <I, R> Gate check(Case<I, R> measured) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      return check(measured, measured.inputs());
    }
  }

  private static <I, R> Gate check(Case<I, R> measured, I inputs) {
    try (PointerScope scope = new PointerScope()) {
      R reference = measured.reference(inputs).get();
      R ours = measured.ours(inputs).get();
      return measured.check(inputs, reference, ours);
    }
  }

  /** Milliseconds of a run, without what prepares it and what frees its result. */
  private static <R> double time(Supplier<Supplier<R>> prepare) {
    try (PointerScope scope = new PointerScope()) {
      Supplier<R> run = prepare.get();
      long start = System.nanoTime();
      run.get();
      return (System.nanoTime() - start) / 1e6;
    }
  }
}
