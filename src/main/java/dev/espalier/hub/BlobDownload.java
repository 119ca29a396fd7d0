package dev.espalier.hub;

import dev.espalier.BadInputException;
import dev.espalier.ByteCount;
import dev.espalier.StorageException;
import dev.espalier.files.DurableFiles;
import dev.espalier.files.FileFaults;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * Brings the bytes of one file into the cache: goes on where an earlier download ended, and gives
 * them their name when all of them are there and their checksum is right.
 */
final class BlobDownload {
  private static final int BUFFER = 1 << 18;

  private final HubConnection connection;
  private final HubCache cache;
  private final RemoteFile file;
  private final Retries retries;
  private final LongConsumer progress;
  private final BooleanSupplier stopped;
  private final StallWatch stalls;
  private Checksum checksum;
  private long position;
  private long told;
  private boolean startedOver;

  /**
   * @param progress hears of bytes that are there for the first time
   * @param stopped whether to leave it unfinished
   */
  BlobDownload(
      HubConnection connection,
      HubCache cache,
      RemoteFile file,
      StallWatch stalls,
      LongConsumer progress,
      BooleanSupplier stopped) {
    this.connection = connection;
    this.cache = cache;
    this.file = file;
    this.retries = connection.retries();
    this.stalls = stalls;
    this.progress = progress;
    this.stopped = stopped;
  }

  /** Whether a file's bytes are there. */
  static boolean isThere(HubCache cache, RemoteFile file) throws IOException {
    Path blob = cache.blob(file.etag());
    return Files.isRegularFile(blob) && Files.size(blob) == file.size();
  }

  /** How many of them an earlier download has left. */
  static long left(HubCache cache, RemoteFile file) throws IOException {
    Path partial = cache.partial(file.etag());
    return Files.isRegularFile(partial) ? Math.min(file.size(), Files.size(partial)) : 0;
  }

  /**
   * Downloads what is missing.
   *
   * @throws BadInputException if the server does not give it
   * @throws StorageException if the file system refuses it
   */
  void run() {
    Path partial = cache.partial(file.etag());
    try (BlobLock lock = BlobLock.take(cache.lock(file.etag()))) {
      if (isThere(cache, file)) { // another process was faster
        return;
      }
      Files.createDirectories(partial.getParent());
      try (FileChannel out =
          FileChannel.open(
              partial,
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE)) {
        begin(out);
        while (position < file.size() || !checksum.agrees()) {
          if (position == file.size()) {
            startOver(out, "has other bytes than its checksum says");
          }
          if (!continued(out)) {
            return;
          }
        }
        out.force(true);
      }
      Files.move(partial, cache.blob(file.etag()), StandardCopyOption.ATOMIC_MOVE);
      DurableFiles.syncFolder(partial.getParent());
    } catch (IOException e) {
      throw FileFaults.writing(partial, e);
    }
  }

  /** What an earlier download has left counts as if it had just come. */
  private void begin(FileChannel out) throws IOException {
    checksum = new Checksum(file.etag(), file.size());
    if (out.size() > file.size()) {
      out.truncate(0);
    }
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    while (out.read(buffer.clear(), position) > 0) {
      checksum.update(buffer.flip());
      position += buffer.limit();
    }
    told = position;
  }

  private void startOver(FileChannel out, String problem) throws IOException {
    if (startedOver) {
      out.truncate(0);
      throw new BadInputException(
          "%s: what %s sends %s, twice: try again later"
              .formatted(file, file.uri().getHost(), problem));
    }
    startedOver = true;
    out.truncate(0);
    position = 0;
    checksum = new Checksum(file.etag(), file.size());
  }

  /** Reads on as long as the connection holds; false if it was stopped. */
  private boolean continued(FileChannel out) throws IOException {
    HubConnection.Answer answer =
        connection.ask(new HubConnection.Question(file.repo(), file.uri(), false, position));
    try (InputStream in = answer.body()) {
      if (answer.hasNoSuchRange()) {
        startOver(out, "is shorter than the %s it announces".formatted(ByteCount.of(file.size())));
        return true;
      }
      if (answer.isWholeFile() && position > 0) { // it knows no ranges
        out.truncate(0);
        position = 0;
        checksum = new Checksum(file.etag(), file.size());
      }
      return received(in, out);
    }
  }

  private boolean received(InputStream in, FileChannel out) throws IOException {
    byte[] buffer = new byte[BUFFER];
    try (StallWatch.Guard guard = stalls.guard(in)) {
      while (true) {
        int count = read(in, buffer);
        if (count == 0) {
          retries.failed(brokenOff());
          return true;
        }
        guard.alive();
        if (position + count > file.size()) {
          startOver(out, "is longer than the %s it announces".formatted(ByteCount.of(file.size())));
          return true;
        }
        ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count);
        DurableFiles.writeFully(out, bytes.duplicate(), position);
        checksum.update(bytes);
        position += count;
        retries.succeeded();
        tell();
        if (stopped.getAsBoolean()) {
          return false;
        }
        if (position == file.size()) {
          return true;
        }
      }
    }
  }

  /** How many bytes came; none at the end and if the connection broke. */
  private static int read(InputStream in, byte[] buffer) {
    try {
      return Math.max(0, in.read(buffer));
    } catch (IOException e) {
      return 0;
    }
  }

  private void tell() {
    if (position > told) {
      progress.accept(position - told);
      told = position;
    }
  }

  private BadInputException brokenOff() {
    return new BadInputException(
        "%s: the download breaks off at %s of %s again and again: run the same again to go on from there"
            .formatted(file, ByteCount.of(position), ByteCount.of(file.size())));
  }
}
