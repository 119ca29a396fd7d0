package dev.espalier.checkpoint;

import java.io.IOException;
import java.nio.file.Path;

/** How many bytes can be written below a folder. */
@FunctionalInterface
interface FreeSpace {
  long usableBytes(Path folder) throws IOException;
}
