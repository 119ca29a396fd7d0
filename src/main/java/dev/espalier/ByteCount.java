package dev.espalier;

import java.util.Locale;

/** Sizes of files in sentences. */
public final class ByteCount {
  private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB"};

  private ByteCount() {}

  /** Such as {@code 512 bytes}, {@code 3.4 MiB} and {@code 12.0 GiB}. */
  public static String of(long bytes) {
    if (bytes < 1024) {
      return Plural.of(bytes, "byte");
    }
    double size = bytes / 1024.0;
    int unit = 0;
    while (size >= 1024 && unit < UNITS.length - 1) {
      size /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", size, UNITS[unit]);
  }
}
