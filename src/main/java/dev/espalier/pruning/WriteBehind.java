package dev.espalier.pruning;

import dev.espalier.SideThread;
import dev.espalier.SideThread.Outcome;

/**
 * One write at a time, by another thread. Who gives it a write goes on, and waits only where the
 * one before is not done.
 */
final class WriteBehind implements AutoCloseable {
  private final SideThread thread = new SideThread("finished-block");
  private Outcome<?> current;

  /** Begins a write when the one before is done; what that one threw is thrown here instead. */
  void start(Runnable write) {
    await();
    current =
        thread.start(
            () -> {
              write.run();
              return null;
            });
  }

  /** Waits for the write that was begun; what it threw is thrown here, once. */
  void await() {
    Outcome<?> last = current;
    current = null;
    if (last != null) {
      last.get();
    }
  }

  /** As {@link #await}; takes no more writes. */
  @Override
  public void close() {
    try (thread) {
      await();
    }
  }
}
