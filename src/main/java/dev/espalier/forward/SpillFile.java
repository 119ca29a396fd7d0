package dev.espalier.forward;

import dev.espalier.BadInputException;
import dev.espalier.ByteCount;
import dev.espalier.Setting;
import dev.espalier.StorageException;
import dev.espalier.device.NativeMemory;
import dev.espalier.files.DurableFiles;
import dev.espalier.files.FileFaults;
import dev.espalier.files.FreeSpace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A file for what memory cannot hold, mapped into it. It loses its name as soon as it is open, so
 * that its space is free again when the process ends, however that ends. All of it is written
 * before it is mapped: a full disk is an error then, and not a crash when the mapping is touched.
 */
final class SpillFile implements AutoCloseable {
  private static final String PREFIX = ".espalier-spill-";
  private static final Path OPEN_FILES = Path.of("/proc/self/fd");

  /** Far below the 2 GB a buffer may have. */
  private static final long CHUNK = 64L << 20;

  private final Path path;
  private final FileChannel channel;
  private long written;

  private SpillFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Opens one.
   *
   * @param bytes that it is to hold
   * @throws BadInputException if the folder's disk has no such space
   * @throws StorageException if there is no writing there
   */
  static SpillFile create(Path folder, long bytes) {
    Path path = folder.toAbsolutePath().resolve(PREFIX + UUID.randomUUID());
    try {
      removeLeft(folder);
      long free = FreeSpace.ACTUAL.usableBytes(folder);
      if (free < bytes) {
        throw FileFaults.in(
            folder,
            "the activations need %s there, but its disk has only %s free; free some space or choose another folder for spilling"
                .formatted(ByteCount.of(bytes), ByteCount.of(free)),
            Setting.WORK_DIR);
      }
      // The JDK removes the name right after it has opened the file.
      return new SpillFile(
          path,
          FileChannel.open(
              path,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE));
    } catch (IOException e) {
      throw FileFaults.writing(path, e);
    }
  }

  /** Of a process that was killed between opening its file and removing the name. */
  private static void removeLeft(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.getFileName().toString().startsWith(PREFIX)).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /**
   * Writes the tensor's bytes after those before.
   *
   * @param tensor contiguous, on the CPU
   * @throws StorageException if the disk is full
   */
  void append(Tensor tensor) {
    long size = tensor.nbytes();
    try (Pointer data = tensor.data_ptr();
        BytePointer bytes = new BytePointer(data)) {
      for (long done = 0; done < size; done += CHUNK) {
        bytes.position(done).limit(Math.min(done + CHUNK, size));
        ByteBuffer buffer = bytes.asByteBuffer();
        DurableFiles.writeFully(channel, buffer, written + done);
      }
      written += size;
    } catch (IOException e) {
      throw FileFaults.writing(path, e);
    }
  }

  /**
   * What was written as a tensor: changes go to the file. It outlives this object; whoever asked
   * for it closes it.
   */
  Tensor map(ScalarType dtype, long... shape) {
    try {
      String opened = opened();
      return NativeMemory.own(
          () ->
              torch
                  .from_file(
                      opened,
                      new BoolOptional(true),
                      new LongOptional(written),
                      new TensorOptions(ScalarType.Byte))
                  .view(dtype)
                  .view(shape));
    } catch (IOException e) {
      throw FileFaults.writing(path, e);
    }
  }

  /** The file under the name that the system has for it while it is open. */
  private String opened() throws IOException {
    String name = path.getFileName().toString();
    try (Stream<Path> files = Files.list(OPEN_FILES)) {
      return files
          .filter(file -> target(file).contains(name))
          .findFirst()
          .orElseThrow(() -> new IOException("the system does not tell of its open files"))
          .toString();
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return ""; // closed meanwhile
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw FileFaults.writing(path, e);
    }
  }
}
