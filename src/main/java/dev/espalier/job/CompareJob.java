package dev.espalier.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.files.Json;
import dev.espalier.files.ProtectedFiles;
import dev.espalier.files.Sha256;
import dev.espalier.report.ComparedRun;
import dev.espalier.report.ReportJson;
import dev.espalier.report.RunComparison;
import dev.espalier.report.RunReader;
import dev.espalier.report.html.ComparisonPage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Puts finished pruning runs side by side. */
public final class CompareJob {
  private CompareJob() {}

  /**
   * @param runs files such as {@code espalier.json}, or folders with one
   * @param page where to write a page, with the JSON beside it
   * @param overwrite whether another comparison may be replaced there
   * @throws BadInputException if one cannot be read or is nothing of the kind
   */
  public static RunComparison run(List<Path> runs, Optional<Path> page, boolean overwrite) {
    RunComparison comparison = compared(runs);
    page.ifPresent(file -> write(comparison, runs, file, overwrite));
    return comparison;
  }

  /** To compare costs nothing: only the files are spared where they are there already. */
  private static void write(
      RunComparison comparison, List<Path> runs, Path page, boolean overwrite) {
    try (ReportFiles output =
        ReportFiles.ofPage(page, new ProtectedFiles().and(reports(runs)), overwrite)) {
      byte[] json = ReportJson.bytes(ReportJson.comparison(comparison));
      ObjectNode whole = Json.object();
      whole.putObject("runs").put("digest", Sha256.of(json));
      if (output.finished(whole, Boolean.class).isEmpty()) {
        output.write(ComparisonPage.of(comparison), json, whole, true);
      }
    }
  }

  private static RunComparison compared(List<Path> runs) {
    List<String> names = runs.stream().map(CompareJob::name).toList();
    List<ComparedRun> read = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      String name = names.get(i);
      boolean unique = names.stream().filter(name::equals).count() == 1;
      read.add(RunReader.read(runs.get(i), unique ? name : runs.get(i).toString()));
    }
    return new RunComparison(read);
  }

  /** The files that runs have written about themselves. */
  private static List<Path> reports(List<Path> runs) {
    return runs.stream()
        .flatMap(
            run ->
                Files.isDirectory(run)
                    ? Stream.of(run.resolve("espalier.json"), run.resolve("report.html"))
                    : Stream.of(run))
        .toList();
  }

  /** The model folder's name, or the file's where that says more. */
  private static String name(Path run) {
    Path path = run.toAbsolutePath().normalize();
    if (path.endsWith("espalier.json") && path.getParent().getFileName() != null) {
      path = path.getParent();
    }
    Path name = path.getFileName();
    return name == null ? run.toString() : name.toString().replaceFirst("\\.json$", "");
  }
}
