package dev.espalier.report;

import dev.espalier.kernels.Kernels;
import java.io.IOException;
import org.bytedeco.javacpp.Loader;

/**
 * What a result was made with.
 *
 * @param espalier our native library's version
 * @param libtorch the presets', such as 2.10.0-1.5.13; libtorch's own comes first in it
 * @param javacpp what both are called through
 * @param java the runtime's
 * @param os the system's name, version and architecture
 */
public record Versions(String espalier, String libtorch, String javacpp, String java, String os) {
  private static final String UNKNOWN = "unknown";

  /** Of this process. */
  public static Versions current() {
    return new Versions(
        Kernels.version(),
        version("pytorch"),
        version("javacpp"),
        Runtime.version().toString(),
        "%s %s %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch")));
  }

  private static String version(String artifact) {
    try {
      String version = Loader.getVersion("org.bytedeco", artifact);
      return version == null ? UNKNOWN : version;
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  /** For people, in one line. */
  public String describe() {
    return "Espalier %s, libtorch %s, JavaCPP %s, Java %s, %s"
        .formatted(espalier, libtorch, javacpp, java, os);
  }
}
