package dev.espalier.job;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import dev.espalier.StorageException;
import dev.espalier.files.DurableFiles;
import dev.espalier.files.ProtectedFiles;
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

  private ReportFiles(Path page, Path json, ProtectedFiles inputs) {
    this.page = page.toAbsolutePath();
    this.json = json.toAbsolutePath();
    Path folder = this.page.getParent();
    if (!Files.isDirectory(folder)) {
      throw new BadInputException(
          folder + " is no folder; create it or choose another output", Setting.OUTPUT);
    }
    if (!Files.isWritable(folder)) {
      throw new BadInputException(
          folder + " cannot be written to; check its permissions or choose another output",
          Setting.OUTPUT);
    }
    for (Path file : List.of(this.page, this.json)) {
      if (Files.isDirectory(file)) {
        throw new BadInputException(
            file + " is a folder; choose another name for the output", Setting.OUTPUT);
      }
      inputs.requireApart(file);
    }
  }

  /**
   * @param inputs which neither file may touch
   * @throws BadInputException if the name does not end in .html or cannot be written
   */
  static ReportFiles ofPage(Path page, ProtectedFiles inputs) {
    String stem = stem(page, PAGE, "name a page, such as report.html; the JSON will lie beside it");
    return new ReportFiles(page, page.resolveSibling(stem + JSON), inputs);
  }

  /**
   * @param inputs which neither file may touch
   * @throws BadInputException if the name does not end in .json or cannot be written
   */
  static ReportFiles ofJson(Path json, ProtectedFiles inputs) {
    String stem =
        stem(json, JSON, "name a .json file, such as result.json; the page will lie beside it");
    return new ReportFiles(json.resolveSibling(stem + PAGE), json, inputs);
  }

  private static String stem(Path file, String suffix, String advice) {
    Path name = file.getFileName(); // a root has none
    if (name == null || !name.toString().endsWith(suffix) || name.toString().equals(suffix)) {
      throw new BadInputException("the output is %s; %s".formatted(file, advice), Setting.OUTPUT);
    }
    return name.toString().substring(0, name.toString().length() - suffix.length());
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
      throw new StorageException("cannot write the result to " + file, e);
    }
  }
}
