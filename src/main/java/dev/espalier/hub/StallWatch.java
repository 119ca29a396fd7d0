package dev.espalier.hub;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Closes connections through which nothing comes any more, for a dead one may look alive. */
final class StallWatch implements AutoCloseable {
  private final Duration patience;
  private final ScheduledExecutorService clock;

  StallWatch(Duration patience) {
    this.patience = patience;
    ScheduledThreadPoolExecutor threads =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread thread = new Thread(work, "espalier-stalls");
              thread.setDaemon(true);
              return thread;
            });
    threads.setRemoveOnCancelPolicy(true);
    this.clock = threads;
  }

  /** Watches a connection until it is closed. */
  Guard guard(InputStream in) {
    return new Guard(in);
  }

  /** Watches one connection. */
  final class Guard implements AutoCloseable {
    private final ScheduledFuture<?> look;
    private volatile boolean alive = true;

    private Guard(InputStream in) {
      long nanos = patience.toNanos();
      this.look = clock.scheduleWithFixedDelay(() -> look(in), nanos, nanos, TimeUnit.NANOSECONDS);
    }

    /** Something came. */
    void alive() {
      alive = true;
    }

    private void look(InputStream in) {
      if (!alive) {
        try {
          in.close();
        } catch (IOException e) {
          // Who reads from it is told.
        }
      }
      alive = false;
    }

    @Override
    public void close() {
      look.cancel(false);
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
