package dev.espalier.model;

import dev.espalier.SideThread;
import dev.espalier.SideThread.Outcome;
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
    try (SideThread thread = new SideThread("next-block")) {
      Outcome<DecoderBlock> coming = load(0, thread);
      try {
        for (int next = 1; next <= count; next++) {
          try (DecoderBlock block = coming.get()) {
            coming = next < count ? load(next, thread) : null;
            visitor.accept(block);
          }
        }
      } catch (RuntimeException | Error e) {
        discard(coming, e);
        throw e;
      }
    }
  }

  private Outcome<DecoderBlock> load(int index, SideThread thread) {
    return thread.start(() -> loader.apply(index));
  }

  /** Closes a block that nobody will visit, if it is ever loaded. */
  private static void discard(Outcome<DecoderBlock> coming, Throwable reason) {
    if (coming != null) {
      try {
        coming.get().close();
      } catch (RuntimeException | Error e) {
        if (e != reason) {
          reason.addSuppressed(e);
        }
      }
    }
  }
}
