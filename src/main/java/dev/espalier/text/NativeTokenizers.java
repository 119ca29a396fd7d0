package dev.espalier.text;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.util.Utils;
import dev.espalier.ByteCount;
import dev.espalier.StorageException;
import dev.espalier.files.FreeSpace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The native library that tokenizes, unpacked and loaded before it is used. */
final class NativeTokenizers {
  /** Names the folder for all that Espalier unpacks, here and for libtorch. */
  private static final String VARIABLE = "ESPALIER_CACHE";

  private static final String PROPERTY = "DJL_CACHE_DIR";

  /** What it takes, about. */
  private static final long BYTES = 16L << 20;

  static {
    // Otherwise the library looks for a cloud host to report to and for GPU builds to download.
    System.setProperty("ai.djl.offline", "true");
    String folder = System.getenv(VARIABLE);
    if (folder != null && !folder.isEmpty() && System.getProperty(PROPERTY) == null) {
      System.setProperty(PROPERTY, Path.of(folder, "djl").toString());
    }
  }

  private NativeTokenizers() {}

  /**
   * Loads it, the first time.
   *
   * @throws StorageException if it cannot be unpacked or loaded
   */
  static void load() {
    try {
      LibUtils.checkStatus();
    } catch (EngineException | LinkageError e) {
      Path folder = Utils.getEngineCacheDir("tokenizers");
      throw new StorageException(
          "%s cannot hold the library that reads tokenizers: %s; name another folder in the environment variable %s"
              .formatted(folder, full(folder).orElseGet(() -> reason(e)), VARIABLE),
          e);
    }
  }

  /** What the library does not tell. */
  private static Optional<String> full(Path folder) {
    try {
      Path there = folder.toAbsolutePath();
      while (!Files.exists(there)) {
        there = there.getParent();
      }
      long free = FreeSpace.ACTUAL.usableBytes(there);
      return free < BYTES
          ? Optional.of("the disk has %s free".formatted(ByteCount.of(free)))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The innermost, which says what the system has refused. */
  private static String reason(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    return message == null
        ? cause.getClass().getSimpleName()
        : message.lines().findFirst().orElse("");
  }
}
