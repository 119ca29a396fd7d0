package dev.espalier.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.Setting;
import dev.espalier.files.DurableFiles;
import dev.espalier.files.FileFaults;
import dev.espalier.files.SettingsDifference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

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
      OutputPlace place =
          Files.isDirectory(real) && !Files.exists(beside.partial().resolve(Journal.FILE_NAME))
              ? new OutputPlace(real, true)
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
  private Path replaced() {
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
      if (RunRecord.read(output).isEmpty()) {
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
    Optional<RunRecord> record = RunRecord.read(output);
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
          "already exists%s; allow overwriting it or choose another output"
              .formatted(standing(record.get(), run)),
          Setting.OVERWRITE,
          Setting.OUTPUT);
    }
    List<String> foreign = record.get().foreign(output);
    if (!foreign.isEmpty()) {
      throw FileFaults.in(
          output,
          "holds %s besides what Espalier wrote, so it is not overwritten; move that away or choose another output"
              .formatted(some(foreign)),
          Setting.OUTPUT);
    }
  }

  private String standing(RunRecord record, ObjectNode run) {
    Optional<String> difference = SettingsDifference.between(record.run(), run);
    if (difference.isPresent()) {
      return ", written with other settings (%s)".formatted(difference.get());
    }
    return record
        .changed(output)
        .map(", of the same run, but %s was changed since"::formatted)
        .orElse("");
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
    move(List.of(partial().resolve(RunRecord.FILE_NAME)), output);
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
    return isProgress(file) || file.endsWith(RunRecord.FILE_NAME);
  }

  private static boolean isProgress(Path file) {
    return file.getFileName().toString().startsWith(Journal.PREFIX);
  }

  private static boolean isFolder(Path path) {
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
