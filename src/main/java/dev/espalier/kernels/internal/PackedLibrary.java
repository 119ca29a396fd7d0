package dev.espalier.kernels.internal;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.jar.JarEntry;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.bytedeco.javacpp.ClassProperties;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/**
 * A library in a jar, and the file that JavaCPP makes of it.
 *
 * @param file in its cache
 * @param bytes how large it is
 * @param modified in milliseconds; JavaCPP gives the file the time of the jar's entry
 * @param checksum CRC-32 of a library of ours, which another build may have with the same size and
 *     time; -1 where size and time say enough
 */
record PackedLibrary(URL place, Path file, long bytes, long modified, long checksum) {
  private static final long NONE = -1;

  /** Those who load libraries, and what is asked for first. */
  private static final List<Class<?>> LOADING =
      List.of(
          Pointer.class,
          Environment.class,
          openblas.class,
          openblas_nolapack.class,
          torch.class,
          NativeLibrary.class);

  /** All that are needed and come from jars; others are loaded from where they lie. */
  static List<PackedLibrary> all(Path cache) throws IOException {
    Properties platform = Loader.loadProperties();
    Map<Path, PackedLibrary> libraries = new LinkedHashMap<>();
    for (Class<?> loading : LOADING) {
      ClassProperties properties = Loader.loadProperties(loading, platform, true);
      List<String> names = new ArrayList<>(properties.get("platform.preload"));
      names.addAll(properties.get("platform.link"));
      names.addAll(properties.get("platform.library"));
      for (String name : names) {
        for (URL place : Loader.findLibrary(loading, properties, name)) {
          if (place.openConnection() instanceof JarURLConnection connection) {
            PackedLibrary library = of(place, connection, cache);
            libraries.putIfAbsent(library.file, library);
          }
        }
      }
    }
    return List.copyOf(libraries.values());
  }

  /** As {@link Loader#cacheResource(URL)} places it. */
  private static PackedLibrary of(URL place, JarURLConnection connection, Path cache)
      throws IOException {
    JarEntry entry = connection.getJarEntry();
    Path inJar = Path.of(entry.getName());
    Path folder = cache.resolve(Path.of(connection.getJarFile().getName()).getFileName());
    String name = place.getRef() == null ? inJar.getFileName().toString() : place.getRef();
    boolean ours = inJar.startsWith("dev");
    return new PackedLibrary(
        place,
        folder.resolve(inJar.getParent()).resolve(name),
        entry.getSize(),
        entry.getTime(),
        ours ? entry.getCrc() : NONE);
  }

  /** Loads the first of {@link #all}, to know before the others are unpacked whether that works. */
  static String probe() {
    ClassProperties properties =
        Loader.loadProperties(Pointer.class, Loader.loadProperties(), true);
    String name = properties.get("platform.library").get(0);
    return Loader.loadLibrary(
        Pointer.class, Loader.findLibrary(Pointer.class, properties, name), name);
  }

  /** Whether it is there, and whole. */
  boolean isUnpacked() {
    try {
      return Files.size(file) == bytes
          && Files.getLastModifiedTime(file).toMillis() == modified
          && (checksum == NONE || checksum == checksumOfFile());
    } catch (IOException e) {
      return false;
    }
  }

  private long checksumOfFile() throws IOException {
    CRC32 sum = new CRC32();
    try (InputStream in = new CheckedInputStream(Files.newInputStream(file), sum)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return sum.getValue();
  }

  void unpack() throws IOException {
    File unpacked = Loader.cacheResource(place);
    if (unpacked == null || unpacked.length() != bytes) {
      throw new IOException(file.getFileName() + " could not be unpacked whole");
    }
  }

  String describe() {
    return "%s %d %d %d".formatted(file, bytes, modified, checksum);
  }
}
