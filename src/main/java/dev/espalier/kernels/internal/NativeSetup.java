package dev.espalier.kernels.internal;

import dev.espalier.StorageException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import org.bytedeco.javacpp.ClassProperties;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;

/**
 * Makes the process ready for libtorch and loads it. Once, before anything of ours uses it; what
 * another has done to the process before stays as it is, and is remarked on.
 */
public final class NativeSetup {
  /** JavaCPP reads it once, as {@link Pointer} is initialized. It knows two spellings. */
  private static final String MEMORY_LIMIT = "org.bytedeco.javacpp.maxPhysicalBytes";

  private static final Path MAPS = Path.of("/proc/self/maps");

  /** What JavaCPP otherwise looks for among the system's libraries where ours is not to be had. */
  private static final List<String> TORCH =
      List.of("c10", "c10_cuda", "torch", "torch_cpu", "torch_cuda");

  /** To JavaCPP's loader: not from the system. */
  private static final String NOT_THE_SYSTEMS = "#";

  /**
   * How a library's idle threads wait. Those that spin cripple each other, and our kernels,
   * wherever processors are shared.
   *
   * @param library reads the variable as it is loaded
   */
  private record Waiting(String variable, String value, String library) {
    boolean isSet() {
      return Environment.getenv(variable) != null;
    }

    void set() {
      Environment.setenv(variable, value, 0);
    }
  }

  private static final List<Waiting> WAITING =
      List.of(
          new Waiting("OMP_WAIT_POLICY", "passive", "libgomp"),
          // 2^18 cycles instead of some 20 ms.
          new Waiting("OPENBLAS_THREAD_TIMEOUT", "18", "libopenblas"));

  private static List<String> remarks;
  private static StorageException fault;

  private NativeSetup() {}

  /**
   * Sets all up, the first time.
   *
   * @throws StorageException if the libraries cannot be unpacked, each time then
   */
  public static synchronized void load() {
    if (fault != null) {
      throw fault;
    }
    if (remarks == null) {
      try {
        remarks = setUp();
      } catch (StorageException e) {
        fault = e;
        throw e;
      }
    }
  }

  /** What came too late to be set, a sentence each with its remedy. */
  public static synchronized List<String> remarks() {
    load();
    return remarks;
  }

  private static List<String> setUp() {
    if (System.getProperty(MEMORY_LIMIT) == null
        && System.getProperty(MEMORY_LIMIT.toLowerCase(Locale.ROOT)) == null) {
      System.setProperty(MEMORY_LIMIT, "0");
    }
    return NativeCache.load(NativeSetup::loadLibraries);
  }

  private static List<String> loadLibraries() {
    List<String> tooLate = new ArrayList<>();
    waitWithoutSpinning().ifPresent(tooLate::add);
    if (Pointer.maxPhysicalBytes() > 0) {
      tooLate.add(
          "JavaCPP counts mapped checkpoints as memory in use and may end the run over them: start"
              + " Java with -D%s=0.".formatted(MEMORY_LIMIT));
    }
    loadTorch();
    return List.copyOf(tooLate);
  }

  /** Whoever has set a variable, to whatever value, is right. */
  private static Optional<String> waitWithoutSpinning() {
    String loaded = loadedLibraries();
    List<Waiting> missing = WAITING.stream().filter(waiting -> !waiting.isSet()).toList();
    List<String> tooLate = new ArrayList<>();
    for (Waiting waiting : missing) {
      if (loaded.contains(waiting.library())) {
        tooLate.add(waiting.variable() + "=" + waiting.value());
      } else {
        waiting.set();
      }
    }
    return tooLate.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "libtorch was loaded before Espalier, and its idle threads spin on the processors that"
                + " others need: start Java with %s in its environment."
                    .formatted(String.join(" and ", tooLate)));
  }

  private static String loadedLibraries() {
    try {
      return Files.readString(MAPS, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * As JavaCPP loads libtorch, but never from the system: where a part of ours is not to be had
   * (there is none for CUDA in a build for the CPU, and one for CUDA needs CUDA), JavaCPP would
   * take a part of the system's libtorch, and two versions in one process crash. {@code
   * java.library.path} cannot be emptied for that: Java itself has read it long ago.
   */
  private static void loadTorch() {
    Loader.load(openblas.class);
    Properties platform = Loader.loadProperties();
    ClassProperties properties = Loader.loadProperties(torch.class, platform, true);
    List<String> libraries = new ArrayList<>(properties.get("platform.preload"));
    libraries.addAll(properties.get("platform.link"));
    // Twice, for some of the first need some of the last.
    loadOurs(libraries, properties);
    loadOurs(libraries, properties);
    for (String library : TORCH) {
      if (!Loader.getLoadedLibraries().containsKey(library)) {
        standInFor(library);
      }
    }
    Loader.load(torch.class);
  }

  private static void loadOurs(List<String> libraries, ClassProperties properties) {
    for (String library : libraries) {
      URL[] places = Loader.findLibrary(torch.class, properties, library);
      Loader.loadLibrary(torch.class, places, library + NOT_THE_SYSTEMS);
    }
  }

  /** JavaCPP looks no further for a library that it has loaded under that name. */
  private static void standInFor(String library) {
    try {
      URL[] place = {new File(Environment.LIBRARY).toURI().toURL()};
      Loader.loadLibrary(NativeSetup.class, place, library + NOT_THE_SYSTEMS);
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }
}
