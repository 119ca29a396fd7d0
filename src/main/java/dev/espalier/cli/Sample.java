package dev.espalier.cli;

import java.nio.file.Path;

/** The bundled model and its texts, the default of every command. */
final class Sample {
  private static final Path FOLDER =
      fromHere(Path.of(System.getProperty("espalier.home", "."), "samples"));

  static final Path MODEL = FOLDER.resolve("sotu-llama-5m");
  static final Path CALIBRATION = FOLDER.resolve("calibration.txt");
  static final Path TEST = FOLDER.resolve("test.txt");

  private Sample() {}

  /** Relative to the working directory where it lies below it, since people will read it. */
  private static Path fromHere(Path path) {
    Path here = Path.of("").toAbsolutePath();
    Path absolute = path.toAbsolutePath().normalize();
    return absolute.startsWith(here) ? here.relativize(absolute) : absolute;
  }
}
