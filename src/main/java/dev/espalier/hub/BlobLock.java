package dev.espalier.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** One download of a blob at a time, on this machine. Vanishes with the process that holds it. */
final class BlobLock implements AutoCloseable {
  /** A file's lock is the whole process's, which may want the same blob twice. */
  private static final Map<Path, ReentrantLock> HERE = new ConcurrentHashMap<>();

  private final ReentrantLock here;
  private final FileChannel channel;

  private BlobLock(ReentrantLock here, FileChannel channel) {
    this.here = here;
    this.channel = channel;
  }

  /** Waits for it. The file stays, as Python's do. */
  static BlobLock take(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    ReentrantLock here = HERE.computeIfAbsent(file.toAbsolutePath(), key -> new ReentrantLock());
    here.lock();
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      lock(channel);
      return new BlobLock(here, channel);
    } catch (IOException | RuntimeException e) {
      here.unlock();
      throw e;
    }
  }

  private static void lock(FileChannel channel) {
    try {
      channel.lock();
    } catch (IOException e) {
      // Some network file systems have no locks; we go on without.
    }
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      here.unlock();
    }
  }
}
