package dev.espalier.job;

import dev.espalier.BadInputException;
import dev.espalier.files.ProtectedFiles;
import dev.espalier.report.ComparedRun;
import dev.espalier.report.Origin;
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
   * @throws BadInputException if one cannot be read or is nothing of the kind
   */
  public static RunComparison run(List<Path> runs, Optional<Path> page) {
    return run(runs, page, Origin.now(Optional.empty()));
  }

  /**
   * The same.
   *
   * @param origin where the comparison comes from, for the page
   */
  public static RunComparison run(List<Path> runs, Optional<Path> page, Origin origin) {
    Optional<ReportFiles> output =
        page.map(file -> ReportFiles.ofPage(file, new ProtectedFiles().and(reports(runs))));
    List<String> names = runs.stream().map(CompareJob::name).toList();
    List<ComparedRun> read = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      String name = names.get(i);
      boolean unique = names.stream().filter(name::equals).count() == 1;
      read.add(RunReader.read(runs.get(i), unique ? name : runs.get(i).toString()));
    }
    RunComparison comparison = new RunComparison(read);
    output.ifPresent(
        files ->
            files.write(
                ComparisonPage.of(comparison, origin),
                ReportJson.bytes(ReportJson.comparison(comparison))));
    return comparison;
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
