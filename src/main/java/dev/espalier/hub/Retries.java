package dev.espalier.hub;

import dev.espalier.BadInputException;
import dev.espalier.Progress;
import java.time.Duration;

/** How often one thing is tried, and how long is waited between. */
final class Retries {
  private static final int TRIES = 5;

  /** A server that wants more is not waited for. */
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final Sleeper sleeper;
  private final Progress notes;
  private int failures;

  Retries(Sleeper sleeper, Progress notes) {
    this.sleeper = sleeper;
    this.notes = notes;
  }

  /** Something was achieved since: what fails now fails for the first time. */
  void succeeded() {
    failures = 0;
  }

  /**
   * Waits for another try, longer each time.
   *
   * @param last what to say if there has been the last
   */
  void failed(BadInputException last) {
    failures++;
    if (failures >= TRIES) {
      throw last;
    }
    sleep(Duration.ofSeconds(1L << (failures - 1)), last);
  }

  /**
   * Waits as long as a server asks for, and says so.
   *
   * @param host which
   * @param last what to say if that is too long, or it asks for ever more
   */
  void asked(String host, Duration wait, BadInputException last) {
    failures++;
    if (failures >= TRIES || wait.compareTo(LONGEST) > 0) {
      throw last;
    }
    notes.note(
        "%s answers that there are too many requests: waiting %d s, as it asks."
            .formatted(host, wait.toSeconds()));
    sleep(wait, last);
  }

  private void sleep(Duration wait, BadInputException last) {
    try {
      sleeper.sleep(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw last;
    }
  }
}
