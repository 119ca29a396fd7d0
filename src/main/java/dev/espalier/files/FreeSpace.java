package dev.espalier.files;

import java.io.IOException;
import java.nio.file.Path;

/** How many bytes can be written below a folder. */
@FunctionalInterface
public interface FreeSpace {
  /** Of the file system that the folder, which exists, lies on. */
  long usableBytes(Path folder) throws IOException;
}
