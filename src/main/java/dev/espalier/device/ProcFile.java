package dev.espalier.device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Sizes in the files in which Linux tells of memory (proc(5)). */
enum ProcFile {
  /** The machine's. */
  MEMINFO("/proc/meminfo"),
  /** This process's. */
  STATUS("/proc/self/status");

  private final Path path;

  ProcFile(String path) {
    this.path = Path.of(path);
  }

  /** The field in bytes; 0 where the system does not tell. */
  long bytes(String field) {
    try {
      for (String line : Files.readAllLines(path)) {
        if (line.startsWith(field + ":")) {
          return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
        }
      }
      return 0;
    } catch (IOException e) {
      return 0;
    }
  }
}
