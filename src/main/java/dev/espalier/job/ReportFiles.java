package dev.espalier.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.Setting;
import dev.espalier.StorageException;
import dev.espalier.files.DurableFiles;
import dev.espalier.files.Json;
import dev.espalier.files.OutputLock;
import dev.espalier.files.ProtectedFiles;
import dev.espalier.files.RunRecord;
import dev.espalier.report.DocumentKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A report for people and, beside it, the same one for programs. Until it is closed no other run
 * writes to them.
 */
final class ReportFiles implements AutoCloseable {
  private static final String PAGE = ".html";
  private static final String JSON = ".json";

  private final Path page;
  private final Path json;
  private final boolean overwrite;
  private final OutputLock lock;

  private ReportFiles(Path page, Path json, ProtectedFiles inputs, boolean overwrite) {
    this.page = page.toAbsolutePath();
    this.json = json.toAbsolutePath();
    this.overwrite = overwrite;
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
    requireOurs();
    if (!overwrite && stands() && RunRecord.read(this.page).isEmpty()) {
      throw standing(""); // before work begins that may take long
    }
    this.lock = lock(this.json);
  }

  /**
   * @param inputs which neither file may touch
   * @param overwrite whether another result may be replaced
   * @throws BadInputException if the name does not end in .html or cannot be written
   */
  static ReportFiles ofPage(Path page, ProtectedFiles inputs, boolean overwrite) {
    String stem = stem(page, PAGE, "name a page, such as report.html; the JSON will lie beside it");
    return new ReportFiles(page, page.resolveSibling(stem + JSON), inputs, overwrite);
  }

  /**
   * @param inputs which neither file may touch
   * @param overwrite whether another result may be replaced
   * @throws BadInputException if the name does not end in .json or cannot be written
   */
  static ReportFiles ofJson(Path json, ProtectedFiles inputs, boolean overwrite) {
    String stem =
        stem(json, JSON, "name a .json file, such as result.json; the page will lie beside it");
    return new ReportFiles(json.resolveSibling(stem + PAGE), json, inputs, overwrite);
  }

  private static String stem(Path file, String suffix, String advice) {
    Path name = file.getFileName(); // a root has none
    if (name == null || !name.toString().endsWith(suffix) || name.toString().equals(suffix)) {
      throw new BadInputException("the output is %s; %s".formatted(file, advice), Setting.OUTPUT);
    }
    return name.toString().substring(0, name.toString().length() - suffix.length());
  }

  private void requireOurs() {
    for (Path file : List.of(page, json)) {
      if (exists(file) && !(file.equals(page) ? isPage(file) : isReport(file))) {
        throw new BadInputException(
            file
                + " already exists and is nothing that Espalier wrote, so it is not overwritten;"
                + " choose another output",
            Setting.OUTPUT);
      }
    }
  }

  /** An empty file, as mktemp makes it, is as good as none. */
  private static boolean exists(Path file) {
    try {
      return Files.exists(file) && !(Files.isRegularFile(file) && Files.size(file) == 0);
    } catch (IOException e) {
      return true;
    }
  }

  /** Be it changed since or not. */
  private static boolean isPage(Path file) {
    try {
      return Files.isRegularFile(file) && Files.readString(file).contains(" · Espalier</title>");
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isReport(Path file) {
    try {
      return DocumentKind.of(Json.readObject(file)).isPresent();
    } catch (BadInputException | StorageException e) {
      return false;
    }
  }

  private static OutputLock lock(Path json) {
    try {
      return OutputLock.take(json.resolveSibling(json.getFileName() + ".lock"), json);
    } catch (IOException e) {
      throw new StorageException("cannot write beside " + json, e);
    }
  }

  /**
   * What the same run has found before, where both files are as it has written them and need not be
   * written again.
   *
   * @param run all that the result depends on
   * @param type of what {@link #write} was given to keep
   * @throws BadInputException if there is another result, and it may not be replaced
   */
  <T> Optional<T> finished(ObjectNode run, Class<T> type) {
    if (overwrite || !stands()) {
      return Optional.empty();
    }
    Optional<RunRecord> record = RunRecord.read(page);
    Path folder = page.getParent();
    Optional<T> finished =
        record.filter(r -> r.isOf(run) && r.changed(folder).isEmpty()).flatMap(r -> r.result(type));
    if (finished.isEmpty()) {
      throw standing(record.map(r -> ", " + r.standing(folder, run)).orElse(""));
    }
    return finished;
  }

  private boolean stands() {
    return exists(page) || exists(json);
  }

  private BadInputException standing(String details) {
    return new BadInputException(
        "%s already exists%s; allow overwriting it or choose another output"
            .formatted(exists(json) ? json : page, details),
        Setting.OVERWRITE,
        Setting.OUTPUT);
  }

  /**
   * Replaces both; each is complete at any time.
   *
   * @param kept what {@link #finished} is to give
   */
  void write(byte[] pageBytes, byte[] jsonBytes, ObjectNode run, Object kept) {
    try {
      DurableFiles.replace(json, jsonBytes);
      RunRecord.write(page, pageBytes, run, Json.of(kept), List.of(json));
    } catch (IOException e) {
      throw new StorageException("cannot write the result to " + json, e);
    }
  }

  @Override
  public void close() {
    lock.close();
  }
}
