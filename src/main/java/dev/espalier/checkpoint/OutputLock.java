package dev.espalier.checkpoint;

import dev.espalier.Setting;
import dev.espalier.files.FileFaults;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps a second run out of an unfinished output. Vanishes with the process that holds it. */
final class OutputLock implements AutoCloseable {
  static final String FILE_NAME = Journal.PREFIX + "lock";

  private final Path file;
  private final FileChannel channel;

  private OutputLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  static OutputLock take(Path folder) throws IOException {
    Path file = folder.resolve(FILE_NAME);
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!lock(channel)) {
      channel.close();
      throw FileFaults.in(
          folder,
          "another run is writing here; wait for it or choose another output",
          Setting.OUTPUT);
    }
    return new OutputLock(file, channel);
  }

  /** Removes the lock's file and lets go. */
  @Override
  public void close() {
    try (channel) {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // A stray lock file locks nobody out: only a live process holds the lock itself.
    }
  }

  private static boolean lock(FileChannel channel) {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    } catch (IOException e) {
      // Some network file systems have no locks; we go on without.
      return true;
    }
  }
}
