package dev.espalier;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** A thread beside its owner's, which does tasks in their order. It keeps no program alive. */
public final class SideThread implements AutoCloseable {
  private final ExecutorService thread;

  /**
   * @param name what debuggers show
   */
  public SideThread(String name) {
    this.thread =
        Executors.newSingleThreadExecutor(
            work -> {
              Thread side = new Thread(work, name);
              side.setDaemon(true);
              return side;
            });
  }

  /** A task's outcome, as soon as it has one. */
  public static final class Outcome<T> {
    private final CompletableFuture<T> future;

    private Outcome(CompletableFuture<T> future) {
      this.future = future;
    }

    /** Waits for the task; what it threw is thrown here. */
    public T get() {
      try {
        return future.join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        throw (RuntimeException) e.getCause();
      }
    }
  }

  /** Begins a task when those before it are done. */
  public <T> Outcome<T> start(Supplier<T> task) {
    return new Outcome<>(CompletableFuture.supplyAsync(task, thread));
  }

  /** Takes no more tasks; those begun go on. */
  @Override
  public void close() {
    thread.shutdown();
  }
}
