package dev.espalier.cli;

import java.nio.file.Path;

/** The bundled model and its texts, the default of every command. */
final class Sample {
  private static final Path FOLDER =
      Path.of(System.getProperty("espalier.home", "."), "samples").normalize();

  static final Path MODEL = FOLDER.resolve("sotu-llama-5m");
  static final Path CALIBRATION = FOLDER.resolve("calibration.txt");
  static final Path TEST = FOLDER.resolve("test.txt");

  private Sample() {}
}
