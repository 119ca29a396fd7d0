package dev.espalier.text;

import java.nio.file.Path;

/** The sample model and texts of this repository. */
final class Sample {
  static final Path MODEL = Path.of("samples", "sotu-llama-5m");
  static final Path CALIBRATION = Path.of("samples", "calibration.txt");
  static final Path TEST = Path.of("samples", "test.txt");

  private Sample() {}
}
