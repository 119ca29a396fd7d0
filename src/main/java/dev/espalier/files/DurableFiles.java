package dev.espalier.files;

import dev.espalier.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/** File operations that have reached the disk when they return, and the removal of trees. */
public final class DurableFiles {
  private DurableFiles() {}

  /** Creates or replaces a file. */
  public static void write(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel = create(file)) {
      writeFully(channel, ByteBuffer.wrap(bytes), 0);
      channel.force(true);
    }
  }

  /** Replaces a file so that a reader, or a crash, meets either the old bytes or the new. */
  public static void replace(Path file, byte[] bytes) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    write(temporary, bytes);
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    syncFolder(file.getParent());
  }

  /**
   * The same for a file that a run keeps its work in.
   *
   * @throws StorageException if the file system refuses
   */
  public static void save(Path file, byte[] bytes) {
    try {
      replace(file.toAbsolutePath(), bytes);
    } catch (IOException e) {
      throw FileFaults.writing(file, e);
    }
  }

  /** Copies the content, not the permissions: the Hub's cache holds its files read-only. */
  public static void copy(Path from, Path to) throws IOException {
    try (FileChannel in = openSource(from);
        FileChannel out = create(to)) {
      transfer(in, 0, in.size(), out, 0);
      out.force(true);
    }
  }

  /** Opens a file of the input: what goes wrong here is no failure to write. */
  public static FileChannel openSource(Path file) {
    try {
      return FileChannel.open(file);
    } catch (IOException e) {
      throw FileFaults.reading(file, e);
    }
  }

  /** Copies so many bytes from one place to another; fails if the source has fewer. */
  public static void transfer(FileChannel in, long from, long count, FileChannel out, long to)
      throws IOException {
    out.position(to);
    long done = 0;
    while (done < count) {
      long step = in.transferTo(from + done, count - done, out);
      if (step <= 0) {
        throw new IOException("the source file became shorter while it was copied");
      }
      done += step;
    }
  }

  /** Writes all that the buffer has left, at a position. */
  public static void writeFully(FileChannel channel, ByteBuffer bytes, long position)
      throws IOException {
    while (bytes.hasRemaining()) {
      position += channel.write(bytes, position);
    }
  }

  /** Makes the names in a folder durable. Some network file systems cannot, and need not. */
  public static void syncFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder)) {
      channel.force(true);
    } catch (IOException e) {
      // Nothing more can be done: the files themselves are synced.
    }
  }

  /** What a folder holds, in no order. */
  public static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  /** Removes a file or a folder with all it holds; symbolic links are removed, not followed. */
  public static void deleteTree(Path root) throws IOException {
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException e)
                throws IOException {
              if (e != null) {
                throw e;
              }
              Files.delete(folder);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (NoSuchFileException e) {
      // It is gone, which is what was asked for.
    }
  }

  private static FileChannel create(Path file) throws IOException {
    return FileChannel.open(
        file,
        StandardOpenOption.CREATE,
        StandardOpenOption.WRITE,
        StandardOpenOption.TRUNCATE_EXISTING);
  }
}
