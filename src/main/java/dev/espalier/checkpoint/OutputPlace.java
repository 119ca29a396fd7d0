package dev.espalier.checkpoint;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import dev.espalier.files.DurableFiles;
import dev.espalier.files.FileFaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Where an output goes and what stands there meanwhile. All three are siblings, so that a rename
 * moves them.
 *
 * @param output the finished output
 * @param partial the unfinished one
 * @param replaced an earlier output, while the new one takes its place
 */
record OutputPlace(Path output, Path partial, Path replaced) {
  /**
   * The place for {@code output}, symbolic links followed.
   *
   * @throws BadInputException if writing there could touch the input
   */
  static OutputPlace of(ModelFolder source, Path output) {
    try {
      Path real = realPath(output.toAbsolutePath());
      Path name = real.getFileName();
      if (name == null) {
        throw FileFaults.in(
            output, "cannot be the output folder; choose another output", Setting.OUTPUT);
      }
      OutputPlace place =
          new OutputPlace(
              real,
              real.resolveSibling(name + ".partial"),
              real.resolveSibling(name + ".espalier-old"));
      place.checkApartFrom(source, output);
      return place;
    } catch (IOException e) {
      throw FileFaults.writing(output, e);
    }
  }

  /** Puts an earlier output back, or removes it, where a crash cut {@link #replace} short. */
  void recover() throws IOException {
    if (Files.isDirectory(replaced, LinkOption.NOFOLLOW_LINKS)) {
      if (Files.exists(output)) {
        DurableFiles.deleteTree(replaced);
      } else {
        Files.move(replaced, output, StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }

  /** Refuses an output that exists, unless it may be replaced and is a model (or empty). */
  void checkFree(boolean overwrite) throws IOException {
    if (!Files.exists(output, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isDirectory(output)) {
      throw FileFaults.in(
          output, "exists and is not a folder; choose another output", Setting.OUTPUT);
    }
    if (!overwrite) {
      throw FileFaults.in(
          output,
          "already exists; allow overwriting it or choose another output",
          Setting.OVERWRITE,
          Setting.OUTPUT);
    }
    // A mistyped output must not cost anyone a home directory.
    if (!Files.exists(output.resolve(ModelFolder.CONFIG)) && !DurableFiles.list(output).isEmpty()) {
      throw FileFaults.in(
          output,
          "holds files but no model, so it is not overwritten; choose another output",
          Setting.OUTPUT);
    }
  }

  /** Creates the unfinished output where there is none; what is not ours is not taken over. */
  void createPartial(boolean overwrite) throws IOException {
    if (Files.isSymbolicLink(partial)) {
      throw FileFaults.in(
          partial, "is a symbolic link; remove it or choose another output", Setting.OUTPUT);
    }
    Files.createDirectories(partial);
    if (!overwrite && !isPartialOurs()) {
      throw FileFaults.in(
          partial,
          "holds files of something else; allow overwriting to discard them or choose another output",
          Setting.OVERWRITE,
          Setting.OUTPUT);
    }
  }

  /** Empties the unfinished output; the journal goes last, as it says that the rest is ours. */
  void clearPartial() throws IOException {
    for (Path file : DurableFiles.list(partial)) {
      if (!isJournal(file)) {
        DurableFiles.deleteTree(file);
      }
    }
    Files.deleteIfExists(partial.resolve(Journal.FILE_NAME));
  }

  /** Removes the traces of its making from the finished output. */
  void removeJournal() throws IOException {
    for (Path file : DurableFiles.list(output)) {
      if (isJournal(file)) {
        Files.delete(file);
      }
    }
  }

  /** Puts the unfinished output in the place of the output, by renaming. */
  void replace() throws IOException {
    boolean exists = Files.exists(output);
    if (exists) {
      Files.move(output, replaced, StandardCopyOption.ATOMIC_MOVE);
    }
    try {
      Files.move(partial, output, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (exists) {
        Files.move(replaced, output, StandardCopyOption.ATOMIC_MOVE);
      }
      throw e;
    }
    DurableFiles.syncFolder(output.getParent());
  }

  private boolean isPartialOurs() throws IOException {
    return Files.exists(partial.resolve(Journal.FILE_NAME))
        || DurableFiles.list(partial).stream().allMatch(OutputPlace::isJournal);
  }

  private static boolean isJournal(Path file) {
    return file.getFileName().toString().startsWith(Journal.PREFIX);
  }

  private void checkApartFrom(ModelFolder source, Path given) throws IOException {
    Path input = source.path().toRealPath();
    for (Path mine : List.of(output, partial, replaced)) {
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
