package dev.espalier.model;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * The blocks of a model one after the other, each in memory only while it is needed. Either a block
 * is loaded when its turn comes, or one ahead, by another thread while the block before it is at
 * work.
 */
public final class BlockStream {
  private final int count;
  private final IntFunction<DecoderBlock> loader;
  private final boolean ahead;

  private BlockStream(int count, IntFunction<DecoderBlock> loader, boolean ahead) {
    this.count = count;
    this.loader = loader;
    this.ahead = ahead;
  }

  /** One block in memory at a time. */
  static BlockStream onDemand(int count, IntFunction<DecoderBlock> loader) {
    return new BlockStream(count, loader, false);
  }

  /**
   * At most two blocks in memory at a time: the one at work and the next.
   *
   * @param loader called by one other thread, in order
   */
  static BlockStream ahead(int count, IntFunction<DecoderBlock> loader) {
    return new BlockStream(count, loader, true);
  }

  /**
   * Visits the blocks in order, in the calling thread. A block is closed when its visit ends. What
   * the loader or the visitor throws ends the visits, and no block stays in memory.
   */
  public void forEach(Consumer<DecoderBlock> visitor) {
    if (ahead) {
      visitAhead(visitor);
    } else {
      visitOnDemand(visitor);
    }
  }

  private void visitOnDemand(Consumer<DecoderBlock> visitor) {
    for (int i = 0; i < count; i++) {
      try (DecoderBlock block = loader.apply(i)) {
        visitor.accept(block);
      }
    }
  }

  private void visitAhead(Consumer<DecoderBlock> visitor) {
    ExecutorService thread = Executors.newSingleThreadExecutor(BlockStream::loading);
    CompletableFuture<DecoderBlock> coming = load(0, thread);
    try {
      for (int next = 1; next <= count; next++) {
        try (DecoderBlock block = arrived(coming)) {
          coming = next < count ? load(next, thread) : null;
          visitor.accept(block);
        }
      }
    } finally {
      discard(coming);
      thread.shutdown();
    }
  }

  /** A thread that does not keep the program alive. */
  private static Thread loading(Runnable work) {
    Thread thread = new Thread(work, "next-block");
    thread.setDaemon(true);
    return thread;
  }

  private CompletableFuture<DecoderBlock> load(int index, ExecutorService thread) {
    return CompletableFuture.supplyAsync(() -> loader.apply(index), thread);
  }

  /** Waits for a block; what its loading threw is thrown here. */
  private static DecoderBlock arrived(CompletableFuture<DecoderBlock> block) {
    try {
      return block.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) e.getCause();
    }
  }

  /** Closes a block that nobody will visit, if it is ever loaded. */
  private static void discard(CompletableFuture<DecoderBlock> block) {
    if (block != null) {
      block.exceptionally(failure -> null).thenAccept(BlockStream::close).join();
    }
  }

  private static void close(DecoderBlock block) {
    if (block != null) {
      block.close();
    }
  }
}
