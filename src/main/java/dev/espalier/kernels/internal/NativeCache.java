package dev.espalier.kernels.internal;

import dev.espalier.ByteCount;
import dev.espalier.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.Loader;

/**
 * The folder that JavaCPP unpacks libraries into. It does so one by one, as it comes to them; a
 * library that needs another one which is not there yet, or not whole, is given the system's, or
 * crashes the process. So all are unpacked before any is loaded, and the first time one process
 * does both while others wait.
 */
final class NativeCache {
  /** Names the folder for all that Espalier unpacks, here and for the tokenizers. */
  private static final String VARIABLE = "ESPALIER_CACHE";

  private static final String PROPERTY = "org.bytedeco.javacpp.cachedir";
  private static final String LOCK = ".espalier.lock";

  /** Lists what has been unpacked and loaded once, links between the libraries included. */
  private static final String LOADED = ".espalier-loaded";

  private final Path folder;
  private final List<PackedLibrary> libraries;

  private NativeCache(Path folder) throws IOException {
    this.folder = folder;
    this.libraries = PackedLibrary.all(folder);
  }

  /**
   * Unpacks what is not there yet, and loads.
   *
   * @throws StorageException if the folder cannot be used
   */
  static <T> T load(Supplier<T> loading) {
    Path folder = Path.of("");
    try {
      folder = place();
      return new NativeCache(folder).unpackAndLoad(loading);
    } catch (IOException e) {
      throw fault(folder, reason(e), e);
    }
  }

  private static Path place() throws IOException {
    String variable = System.getenv(VARIABLE);
    if (System.getProperty(PROPERTY) == null && variable != null && !variable.isEmpty()) {
      System.setProperty(PROPERTY, Path.of(variable, "javacpp").toString());
    }
    String chosen = System.getProperty(PROPERTY);
    Path wanted = Path.of(chosen == null ? System.getProperty("user.home") : chosen);
    try {
      if (chosen != null) {
        Files.createDirectories(wanted);
      }
      Path taken = Loader.getCacheDir().getCanonicalFile().toPath();
      if (chosen != null && !taken.equals(wanted.toRealPath())) {
        throw fault(wanted, "it cannot be written to", null); // JavaCPP would take another
      }
      return taken;
    } catch (IOException e) {
      throw fault(wanted, reason(e), e);
    }
  }

  private <T> T unpackAndLoad(Supplier<T> loading) throws IOException {
    boolean complete = libraries.stream().allMatch(PackedLibrary::isUnpacked);
    if (complete && isLoadedBefore()) {
      return guarded(loading);
    }
    try (FileChannel lock = lock(complete)) {
      if (!complete) {
        unpack();
      }
      T result = guarded(loading);
      rememberLoaded();
      return result;
    }
  }

  /** Waits for other processes; without their help where the folder or its system has no locks. */
  private FileChannel lock(boolean complete) throws IOException {
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      channel.lock();
    } catch (OverlappingFileLockException e) {
      // Another class loader of this process is at it.
    } catch (IOException e) {
      if (channel == null && !complete) {
        throw e;
      }
    }
    return channel;
  }

  private void unpack() throws IOException {
    List<PackedLibrary> missing = libraries.stream().filter(l -> !l.isUnpacked()).toList();
    long needed = missing.stream().mapToLong(PackedLibrary::bytes).sum();
    for (PackedLibrary library : missing) {
      Files.deleteIfExists(library.file());
    }
    long free = Files.getFileStore(folder).getUsableSpace();
    if (free < needed) {
      throw fault(
          folder,
          "%s are needed, and the disk has %s free"
              .formatted(ByteCount.of(needed), ByteCount.of(free)),
          null);
    }
    for (PackedLibrary library : missing) {
      library.unpack();
      if (library == missing.get(0)) {
        guarded(PackedLibrary::probe);
      }
    }
  }

  private <T> T guarded(Supplier<T> loading) {
    try {
      return loading.get();
    } catch (LinkageError e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (String.valueOf(cause.getMessage()).contains("failed to map segment")) {
          throw fault(
              folder,
              "the system does not let libraries run from there, as where a disk is mounted noexec",
              e);
        }
      }
      throw e;
    }
  }

  private boolean isLoadedBefore() {
    try {
      return Files.readString(folder.resolve(LOADED)).equals(state());
    } catch (IOException e) {
      return false;
    }
  }

  private void rememberLoaded() {
    try {
      Files.writeString(folder.resolve(LOADED), state());
    } catch (IOException e) {
      // The next process will wait for the lock, too.
    }
  }

  private String state() {
    return libraries.stream().map(PackedLibrary::describe).collect(Collectors.joining("\n"));
  }

  private static String reason(IOException e) {
    if (String.valueOf(e.getMessage()).contains("No space left on device")) {
      return "the disk is full";
    }
    String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    return reason != null ? reason : e.getClass().getSimpleName().replace("Exception", "");
  }

  private static StorageException fault(Path folder, String reason, Throwable cause) {
    return new StorageException(
        "%s cannot hold the libraries that Espalier computes with: %s; name another folder in the environment variable %s"
            .formatted(folder, reason, VARIABLE),
        cause);
  }
}
