package dev.espalier.checkpoint;

import dev.espalier.BadInputException;
import dev.espalier.files.FileFaults;
import dev.espalier.kernels.Natives;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A safetensors file mapped into memory. The mapping is private: writing to a tensor never reaches
 * the file. It must not be truncated by others while it is mapped.
 */
public final class SafetensorsFile implements AutoCloseable {
  static {
    Natives.load();
  }

  private final Path path;
  private final SafetensorsHeader header;
  private Tensor map;

  private SafetensorsFile(Path path, SafetensorsHeader header, Tensor map) {
    this.path = path;
    this.header = header;
    this.map = map;
  }

  /**
   * Reads the header and maps the file.
   *
   * @throws BadInputException if the file cannot be read or breaks the format
   */
  public static SafetensorsFile open(Path path) {
    return open(path, SafetensorsHeader.read(path));
  }

  /** Maps a file whose header has been read before. */
  static SafetensorsFile open(Path path, SafetensorsHeader header) {
    Tensor map = map(path, header.fileBytes());
    // We may have been called inside a caller's PointerScope, which must not free the mapping.
    map.retainReference();
    return new SafetensorsFile(path, header, map);
  }

  /** What the file holds. */
  public SafetensorsHeader header() {
    return header;
  }

  /**
   * One tensor on the CPU, of the file's type and shape: a view of the mapping, so it costs no
   * memory until it is touched. (Where the file places it at an offset its type cannot be read
   * from, it is a copy.) The caller owns it and closes it, before this file is closed.
   *
   * @throws BadInputException if the file holds no such tensor
   */
  public Tensor tensor(String name) {
    if (map == null) {
      throw new IllegalStateException(path + " is closed");
    }
    TensorEntry entry =
        header.find(name).orElseThrow(() -> FileFaults.inTensor(path, name, "is not in this file"));
    // An empty tensor has no bytes to look at: any place will do, and the first is aligned.
    long start = entry.bytes() == 0 ? 0 : header.dataStart() + entry.begin();
    try (Tensor bytes = map.narrow(0, start, entry.bytes());
        Tensor aligned = start % entry.dtype().bytes() == 0 ? bytes.alias() : bytes.clone();
        Tensor typed = aligned.view(entry.dtype().scalarType())) {
      return typed.view(entry.sizes());
    }
  }

  /** Gives up the mapping. Closing twice does nothing. */
  @Override
  public void close() {
    if (map != null) {
      map.close();
      map = null;
    }
  }

  private static Tensor map(Path path, long bytes) {
    try (BytePointer name = nativeName(path);
        BoolOptional shared = new BoolOptional(false);
        LongOptional size = new LongOptional(bytes);
        TensorOptions options = new TensorOptions(ScalarType.Byte)) {
      return torch.from_file(name, shared, size, options);
    } catch (RuntimeException e) {
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw FileFaults.in(path, "cannot be mapped into memory (" + reason + ")", e);
    }
  }

  /** The path in the file system's own bytes, which no charset of the JVM is sure to give. */
  private static BytePointer nativeName(Path path) {
    byte[] uri = path.toAbsolutePath().toUri().getRawPath().getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream name = new ByteArrayOutputStream();
    for (int i = 0; i < uri.length; i++) {
      if (uri[i] == '%') {
        name.write(Integer.parseInt(new String(uri, i + 1, 2, StandardCharsets.US_ASCII), 16));
        i += 2;
      } else {
        name.write(uri[i]);
      }
    }
    name.write(0);
    return new BytePointer(name.toByteArray());
  }
}
