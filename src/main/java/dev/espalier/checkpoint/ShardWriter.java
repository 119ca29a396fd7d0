package dev.espalier.checkpoint;

import dev.espalier.files.DurableFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;

/**
 * One weight file of an output. It has its final header and size from the start; the tensors come
 * in any order.
 */
final class ShardWriter implements AutoCloseable {
  /** Far below the 2 GB a buffer may have, far above where the calls would cost. */
  private static final long CHUNK = 64L << 20;

  private final Shard source;
  private final Path path;
  private final FileChannel channel;
  private final long dataStart;

  private ShardWriter(Shard source, Path path, FileChannel channel, long dataStart) {
    this.source = source;
    this.path = path;
    this.channel = channel;
    this.dataStart = dataStart;
  }

  /** Creates the file, with holes for the data. */
  static ShardWriter create(Shard source, Path folder) throws IOException {
    Path path = folder.resolve(source.fileName());
    byte[] header = source.header().encode();
    FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try {
      DurableFiles.writeFully(channel, ByteBuffer.wrap(header), 0);
      long dataBytes = source.header().dataBytes();
      if (dataBytes > 0) {
        DurableFiles.writeFully(channel, ByteBuffer.allocate(1), header.length + dataBytes - 1);
      }
      channel.force(true);
      return new ShardWriter(source, path, channel, header.length);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Opens a file that {@link #create} made for the same source; empty if it is anything else. */
  static Optional<ShardWriter> reopen(Shard source, Path folder) throws IOException {
    Path path = folder.resolve(source.fileName());
    byte[] header = source.header().encode();
    if (!Files.isRegularFile(path)
        || Files.size(path) != header.length + source.header().dataBytes()
        || !startsWith(path, header)) {
      return Optional.empty();
    }
    FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE);
    return Optional.of(new ShardWriter(source, path, channel, header.length));
  }

  Shard source() {
    return source;
  }

  Path path() {
    return path;
  }

  /** Writes a tensor in its place, as the type the header gives it. Not synced. */
  void write(String name, Tensor tensor) throws IOException {
    TensorEntry entry = source.header().find(name).orElseThrow();
    // Convert first: what crosses from another device is then no larger than what is stored.
    try (Tensor typed = tensor.to(entry.dtype().scalarType());
        Tensor local = typed.cpu();
        Tensor flat = local.contiguous();
        Pointer data = flat.data_ptr();
        BytePointer bytes = new BytePointer(data)) {
      for (long done = 0; done < entry.bytes(); done += CHUNK) {
        bytes.position(done).limit(Math.min(done + CHUNK, entry.bytes()));
        DurableFiles.writeFully(channel, bytes.asByteBuffer(), dataStart + entry.begin() + done);
      }
    }
  }

  /**
   * Copies the source's tensors but those given, or of what they are slices the rest. Not synced.
   */
  void copyAllBut(Set<String> written) throws IOException {
    Set<String> parted = new HashSet<>();
    written.forEach(name -> SliceName.of(name).ifPresent(slice -> parted.add(slice.tensor())));
    try (FileChannel in = DurableFiles.openSource(source.path())) {
      for (TensorEntry tensor : source.header().tensors().values()) {
        for (TensorEntry entry :
            parted.contains(tensor.name()) ? tensor.slices() : List.of(tensor)) {
          if (!written.contains(entry.name())) {
            copy(in, entry);
          }
        }
      }
    }
  }

  private void copy(FileChannel in, TensorEntry entry) throws IOException {
    DurableFiles.transfer(
        in,
        source.header().dataStart() + entry.begin(),
        entry.bytes(),
        channel,
        dataStart + entry.begin());
  }

  /** Returns when all that was written is on disk. */
  void sync() throws IOException {
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private static boolean startsWith(Path path, byte[] header) throws IOException {
    try (var in = Files.newInputStream(path)) {
      return Arrays.equals(in.readNBytes(header.length), header);
    }
  }
}
