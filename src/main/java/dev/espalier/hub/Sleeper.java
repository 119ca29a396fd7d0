package dev.espalier.hub;

import java.time.Duration;

/** Lets time pass. */
@FunctionalInterface
interface Sleeper {
  /** Really. */
  Sleeper THREAD = time -> Thread.sleep(time.toMillis());

  void sleep(Duration time) throws InterruptedException;
}
