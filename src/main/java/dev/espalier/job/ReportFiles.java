package dev.espalier.job;

import dev.espalier.BadInputException;
import dev.espalier.checkpoint.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A report for people and, beside it, the same one for programs. */
final class ReportFiles {
  private static final String PAGE = ".html";
  private static final String JSON = ".json";

  private final Path page;
  private final Path json;

  private ReportFiles(Path page, Path json) {
    this.page = page.toAbsolutePath();
    this.json = json.toAbsolutePath();
    Path folder = this.page.getParent();
    if (!Files.isDirectory(folder)) {
      throw new BadInputException(folder + " is no folder; create it or choose another --output");
    }
    if (!Files.isWritable(folder)) {
      throw new BadInputException(
          folder + " cannot be written to; check its permissions or choose another --output");
    }
    for (Path file : List.of(this.page, this.json)) {
      if (Files.isDirectory(file)) {
        throw new BadInputException(file + " is a folder; choose another name for --output");
      }
    }
  }

  /**
   * @throws BadInputException if the name does not end in .html or cannot be written
   */
  static ReportFiles ofPage(Path page) {
    String name = page.getFileName().toString();
    if (!name.endsWith(PAGE) || name.equals(PAGE)) {
      throw new BadInputException(
          "--output is %s; name a page, such as report%s; the JSON will lie beside it"
              .formatted(page, PAGE));
    }
    return new ReportFiles(page, page.resolveSibling(stem(name, PAGE) + JSON));
  }

  /**
   * @throws BadInputException if it cannot be written
   */
  static ReportFiles ofJson(Path json) {
    return new ReportFiles(
        json.resolveSibling(stem(json.getFileName().toString(), JSON) + PAGE), json);
  }

  private static String stem(String name, String suffix) {
    return name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : name;
  }

  /** Replaces both; each is complete at any time. */
  void write(byte[] pageBytes, byte[] jsonBytes) {
    replace(json, jsonBytes);
    replace(page, pageBytes);
  }

  private static void replace(Path file, byte[] bytes) {
    try {
      DurableFiles.replace(file, bytes);
    } catch (IOException e) {
      throw new BadInputException("cannot write the result to " + file, e);
    }
  }
}
