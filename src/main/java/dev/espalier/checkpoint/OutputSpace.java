package dev.espalier.checkpoint;

import dev.espalier.Setting;
import dev.espalier.files.FileFaults;
import dev.espalier.files.FreeSpace;
import java.io.IOException;
import java.nio.file.Path;

/** How much of the disk an output takes, and how much there is. */
public final class OutputSpace {
  private OutputSpace() {}

  /** How much a copy of the folder takes, in bytes. */
  public static long bytes(ModelFolder source) {
    return bytes(source, CopiedFiles.of(source));
  }

  static long bytes(ModelFolder source, CopiedFiles companions) {
    long headers =
        source.shards().stream().mapToLong(shard -> shard.header().encode().length).sum();
    return source.parameterBytes() + headers + companions.bytes();
  }

  /** What the disk of an output has left, be the output there or not. */
  public static long usableBytes(Path output) {
    Path folder = FreeSpace.existing(output);
    try {
      return FreeSpace.ACTUAL.usableBytes(folder);
    } catch (IOException e) {
      throw FileFaults.reading(folder, e);
    }
  }

  /** Refuses an output that the disk cannot hold. */
  static void require(long needed, FreeSpace space, OutputPlace place) throws IOException {
    long free = space.usableBytes(place.partial());
    if (free < needed) {
      throw FileFaults.in(
          place.output(),
          "needs %d bytes but its file system has only %d free; free some space or choose another output"
              .formatted(needed, free),
          Setting.OUTPUT);
    }
  }
}
