package dev.espalier.files;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps a second run out of an output. Vanishes with the process that holds it. */
public final class OutputLock implements AutoCloseable {
  /** This process's own: the system lets go of a file's lock when any of its channels is closed. */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private OutputLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Takes a lock.
   *
   * @param file is created, and removed again by {@link #close}
   * @param output what people know the output by
   * @throws BadInputException if another run has it
   */
  public static OutputLock take(Path file, Path output) throws IOException {
    Path absolute = file.toAbsolutePath();
    if (!HELD.add(absolute)) {
      throw taken(output);
    }
    try {
      return new OutputLock(absolute, locked(absolute, output));
    } catch (IOException | RuntimeException e) {
      HELD.remove(absolute);
      throw e;
    }
  }

  private static FileChannel locked(Path file, Path output) throws IOException {
    while (true) {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!lock(channel)) {
        channel.close();
        throw taken(output);
      }
      if (Files.exists(file)) {
        return channel;
      }
      channel.close(); // its last owner has just removed it
    }
  }

  private static boolean lock(FileChannel channel) {
    try {
      return channel.tryLock() != null;
    } catch (IOException e) {
      // Some network file systems have no locks; we go on without.
      return true;
    }
  }

  private static BadInputException taken(Path output) {
    return FileFaults.in(
        output,
        "another run is writing here; wait for it or choose another output",
        Setting.OUTPUT);
  }

  /** Removes the lock's file and lets go. */
  @Override
  public void close() {
    try (channel) {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // A stray lock file locks nobody out: only a live process holds the lock itself.
    } finally {
      HELD.remove(file);
    }
  }
}
