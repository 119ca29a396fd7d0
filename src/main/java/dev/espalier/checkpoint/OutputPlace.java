package dev.espalier.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.Setting;
import dev.espalier.files.DurableFiles;
import dev.espalier.files.FileFaults;
import dev.espalier.files.RunRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where an output goes and what stands there meanwhile. An output that does not exist grows in a
 * sibling, which is then renamed. A folder that exists stays the one that it is, with its
 * permissions, and be it where a disk is mounted: there the output grows inside of it, and its
 * parts are then renamed one by one.
 *
 * @param output the finished output
 * @param inside whether it grows inside of itself
 */
record OutputPlace(Path output, boolean inside) {
  /** For people, and with the record of the run. */
  static final String PAGE = "report.html";

  private static final int NAMED = 3;

  /**
   * The place for {@code output}, symbolic links followed.
   *
   * @throws BadInputException if writing there could touch the input
   */
  static OutputPlace of(ModelFolder source, Path output) {
    try {
      Path real = realPath(output.toAbsolutePath());
      if (real.getFileName() == null) {
        throw FileFaults.in(
            output, "cannot be the output folder; choose another output", Setting.OUTPUT);
      }
      OutputPlace beside = new OutputPlace(real, false);
      OutputPlace inside = new OutputPlace(real, true);
      boolean begunBeside = Files.exists(beside.partial().resolve(Journal.FILE_NAME));
      OutputPlace place =
          Files.isDirectory(real) && !(begunBeside && inside.contents().isEmpty())
              ? inside
              : beside;
      place.checkApartFrom(source, output);
      return place;
    } catch (IOException e) {
      throw FileFaults.writing(output, e);
    }
  }

  /** The unfinished output. */
  Path partial() {
    return work("partial");
  }

  /** A file or folder of our own that lies beside the output while it grows. */
  Path work(String name) {
    return inside
        ? output.resolve(Journal.PREFIX + name)
        : output.resolveSibling(output.getFileName() + "." + name);
  }

  /** What keeps a second run out. */
  Path lock() {
    return (inside ? output : partial()).resolve(Journal.PREFIX + "lock");
  }

  /** Where an earlier output is being moved to, so that the new one can take its place inside. */
  private Path leaving() {
    return work("leaving");
  }

  /** The same when all of it has been moved. */
  Path replaced() {
    return work("replaced");
  }

  /** Whether a crash has cut {@link #replace} short. */
  boolean isCutShort() {
    return inside && (isFolder(leaving()) || isFolder(replaced()));
  }

  /** Completes what {@link #replace} had to do where a crash cut it short, or undoes it. */
  void recover() throws IOException {
    if (inside && isFolder(leaving())) {
      move(DurableFiles.list(leaving()), output);
      Files.delete(leaving());
    } else if (inside && isFolder(replaced())) {
      if (record().isEmpty()) {
        Files.createDirectories(partial());
        move(contents(), partial());
        move(DurableFiles.list(replaced()), output);
      }
      DurableFiles.deleteTree(replaced());
    }
  }

  /**
   * Refuses an output that exists and is not empty, unless it may be replaced and holds what an
   * earlier run has written, and nothing else.
   */
  void checkFree(boolean overwrite, ObjectNode run) throws IOException {
    if (!Files.exists(output, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isDirectory(output)) {
      throw FileFaults.in(
          output, "exists and is not a folder; choose another output", Setting.OUTPUT);
    }
    List<Path> contents = contents();
    if (contents.isEmpty() && inside) {
      return;
    }
    Optional<RunRecord> record = record();
    if (record.isEmpty()) {
      // A mistyped output must not cost anyone a home directory.
      throw FileFaults.in(
          output,
          contents.isEmpty()
              ? "already exists, though the unfinished result is in %s; remove the empty folder or choose another output"
                  .formatted(partial())
              : "already exists and holds %s, which no run of Espalier wrote, so it is not overwritten; choose another output"
                  .formatted(some(contents.stream().map(OutputPlace::name).sorted().toList())),
          Setting.OUTPUT);
    }
    if (!overwrite) {
      throw FileFaults.in(
          output,
          "already exists, %s; allow overwriting it or choose another output"
              .formatted(record.get().standing(output, run)),
          Setting.OVERWRITE,
          Setting.OUTPUT);
    }
    List<String> foreign = foreign(record.get());
    if (!foreign.isEmpty()) {
      throw FileFaults.in(
          output,
          "holds %s besides what Espalier wrote, so it is not overwritten; move that away or choose another output"
              .formatted(some(foreign)),
          Setting.OUTPUT);
    }
  }

  private Optional<RunRecord> record() {
    return RunRecord.read(output.resolve(PAGE));
  }

  /** What lies in the output and was not written by its run. */
  private List<String> foreign(RunRecord record) throws IOException {
    Set<String> ours = new HashSet<>(Set.of(PAGE));
    Set<String> folders = new HashSet<>();
    for (RunRecord.Entry file : record.files()) {
      ours.add(file.name());
      for (Path up = Path.of(file.name()).getParent(); up != null; up = up.getParent()) {
        folders.add(up.toString());
      }
    }
    try (Stream<Path> all = Files.walk(output)) {
      return all.filter(path -> !path.equals(output))
          .filter(path -> !isProgress(output.relativize(path).getName(0)))
          .filter(
              path ->
                  !(isFolder(path) ? folders : ours).contains(output.relativize(path).toString()))
          .map(path -> output.relativize(path).toString())
          .sorted()
          .toList();
    }
  }

  /** Everything in the unfinished output but the traces of its making. */
  List<Path> written() throws IOException {
    try (Stream<Path> all = Files.walk(partial())) {
      return all.filter(file -> !isFolder(file))
          .filter(file -> !isProgress(partial().relativize(file).getName(0)))
          .sorted()
          .toList();
    }
  }

  /** Creates the unfinished output where there is none; what is not ours is not taken over. */
  void createPartial() throws IOException {
    Path partial = partial();
    if (Files.isSymbolicLink(partial)) {
      throw FileFaults.in(
          partial, "is a symbolic link; remove it or choose another output", Setting.OUTPUT);
    }
    Files.createDirectories(partial);
    List<Path> contents = DurableFiles.list(partial);
    if (!Files.exists(partial.resolve(Journal.FILE_NAME))
        && !contents.stream().allMatch(OutputPlace::isProgress)) {
      throw FileFaults.in(
          partial,
          "holds %s, which no run of Espalier wrote; move that away or choose another output"
              .formatted(some(contents.stream().map(OutputPlace::name).sorted().toList())),
          Setting.OUTPUT);
    }
  }

  /** Empties the unfinished output; the journal goes last, as it says that the rest is ours. */
  void clearPartial() throws IOException {
    for (Path file : DurableFiles.list(partial())) {
      if (!isProgress(file)) {
        DurableFiles.deleteTree(file);
      }
    }
    Files.deleteIfExists(partial().resolve(Journal.FILE_NAME));
  }

  /** Puts the unfinished output, its record included, in the place of the output, by renaming. */
  void replace() throws IOException {
    if (!inside) {
      move(partial(), output);
      DurableFiles.syncFolder(output.getParent());
      return;
    }
    List<Path> earlier = contents();
    Files.createDirectory(leaving());
    move(earlier, leaving());
    move(leaving(), replaced());
    move(DurableFiles.list(partial()).stream().filter(file -> !isLast(file)).toList(), output);
    DurableFiles.syncFolder(output);
    move(List.of(partial().resolve(PAGE)), output);
    DurableFiles.syncFolder(output);
  }

  /** Removes the traces of its making from the finished output. */
  void removeTraces() throws IOException {
    for (Path file : DurableFiles.list(output)) {
      if (isProgress(file) && !file.equals(lock())) {
        DurableFiles.deleteTree(file);
      }
    }
  }

  private static void move(List<Path> files, Path folder) throws IOException {
    for (Path file : files) {
      move(file, folder.resolve(file.getFileName()));
    }
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  private List<Path> contents() throws IOException {
    return DurableFiles.list(output).stream().filter(file -> !isProgress(file)).toList();
  }

  private static boolean isLast(Path file) {
    return isProgress(file) || file.endsWith(PAGE);
  }

  static boolean isProgress(Path file) {
    return file.getFileName().toString().startsWith(Journal.PREFIX);
  }

  static boolean isFolder(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static String name(Path file) {
    return file.getFileName() + (isFolder(file) ? "/" : "");
  }

  private static String some(List<String> names) {
    String first =
        FileFaults.printable(String.join(", ", names.subList(0, Math.min(NAMED, names.size()))));
    return names.size() > NAMED ? "%s and %d more".formatted(first, names.size() - NAMED) : first;
  }

  private void checkApartFrom(ModelFolder source, Path given) throws IOException {
    Path input = source.path().toRealPath();
    for (Path mine : List.of(output, partial())) {
      if (mine.startsWith(input) || input.startsWith(mine)) {
        throw FileFaults.in(
            given,
            "overlaps with the input folder " + input + "; choose an output outside it",
            Setting.OUTPUT);
      }
      for (Shard shard : source.shards()) {
        if (shard.path().toRealPath().startsWith(mine)) {
          throw FileFaults.in(
              given,
              "holds weights of the input (" + shard.path() + "); choose another output",
              Setting.OUTPUT);
        }
      }
    }
  }

  /** As {@link Path#toRealPath}, for a path whose last parts do not exist yet. */
  private static Path realPath(Path path) throws IOException {
    if (Files.exists(path)) {
      return path.toRealPath();
    }
    if (Files.isSymbolicLink(path)) {
      throw FileFaults.in(
          path, "is a broken symbolic link; remove it or choose another output", Setting.OUTPUT);
    }
    Path parent = path.getParent();
    return parent == null ? path : realPath(parent).resolve(path.getFileName()).normalize();
  }
}
