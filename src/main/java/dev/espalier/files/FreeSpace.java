package dev.espalier.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many bytes can be written below a folder. */
@FunctionalInterface
public interface FreeSpace {
  /** What the file systems say. */
  FreeSpace ACTUAL = folder -> Files.getFileStore(folder).getUsableSpace();

  /** The folder itself or, where that is not there yet, the nearest one above it that is. */
  static Path existing(Path folder) {
    Path existing = folder.toAbsolutePath();
    while (existing.getParent() != null && !Files.isDirectory(existing)) {
      existing = existing.getParent();
    }
    return existing;
  }

  /** Of the file system that the folder, which exists, lies on. */
  long usableBytes(Path folder) throws IOException;
}
