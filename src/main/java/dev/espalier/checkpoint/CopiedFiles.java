package dev.espalier.checkpoint;

import dev.espalier.files.DurableFiles;
import dev.espalier.files.FileFaults;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The files of a model folder that go into its pruned copy unchanged: configuration, tokenizer,
 * licence, code, shard index; {@link CompanionRule} says which. What stays behind is known, too.
 * Links to files count as the files that they point to; links to folders are not followed.
 */
final class CopiedFiles {
  /** What a pruned folder has of its own. */
  private static final Set<String> OURS = Set.of("espalier.json", OutputPlace.PAGE);

  private final Path root;
  private final Set<Path> weights = new HashSet<>();
  private final boolean sharded;
  private final List<Path> files = new ArrayList<>();
  private final List<LeftBehind> leftBehind = new ArrayList<>();
  private long bytes;

  private CopiedFiles(Path root, List<Shard> shards) {
    this.root = root;
    shards.forEach(shard -> weights.add(Path.of(shard.fileName())));
    this.sharded = !shards.get(0).fileName().equals(ModelFolder.SINGLE_FILE);
  }

  static CopiedFiles of(ModelFolder folder) {
    try {
      // A symbolic link as the root would be visited as a file.
      CopiedFiles companions = new CopiedFiles(folder.path().toRealPath(), folder.shards());
      companions.find();
      return companions;
    } catch (IOException e) {
      throw FileFaults.reading(folder.path(), e);
    }
  }

  /** Their size together. */
  long bytes() {
    return bytes;
  }

  /** What the copy does not have, by name. */
  List<LeftBehind> leftBehind() {
    return leftBehind.stream().sorted(Comparator.comparing(LeftBehind::path)).toList();
  }

  /** Copies them into another folder, at the same relative paths. */
  void copyTo(Path target) throws IOException {
    for (Path file : files) {
      Path copy = target.resolve(file);
      Files.createDirectories(copy.getParent());
      DurableFiles.copy(root.resolve(file), copy);
      DurableFiles.syncFolder(copy.getParent());
    }
  }

  private void find() throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            if (folder.equals(root) || CompanionRule.mayHoldCompanions(folder)) {
              return FileVisitResult.CONTINUE;
            }
            leftBehind.add(LeftBehind.folder(root.relativize(folder), size(folder)));
            return FileVisitResult.SKIP_SUBTREE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            take(file, root.relativize(file));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (file.equals(root)) {
              throw e;
            }
            leftBehind.add(LeftBehind.because(root.relativize(file), "cannot be read"));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private void take(Path file, Path relative) throws IOException {
    if (weights.contains(relative)) {
      return;
    }
    if (Files.isDirectory(file)) {
      leftBehind.add(LeftBehind.because(relative, "a link to a folder"));
    } else if (isOurs(relative)) {
      leftBehind.add(left(file, relative).because("a name that the output needs itself"));
    } else if (!isIndexInUse(relative) && !CompanionRule.mayBeCompanion(file)) {
      leftBehind.add(left(file, relative));
    } else if (!Files.exists(file)) {
      throw FileFaults.in(file, "is a broken symbolic link; fetch the model again");
    } else if (!Files.isRegularFile(file)) {
      leftBehind.add(LeftBehind.because(relative, "not a regular file"));
    } else if (!Files.isReadable(file)) {
      throw FileFaults.in(file, "cannot be read, but has to be copied; check its permissions");
    } else if (isIndexInUse(relative) || CompanionRule.isCompanion(file, Files.size(file))) {
      files.add(relative);
      bytes += Files.size(file);
    } else {
      leftBehind.add(left(file, relative));
    }
  }

  private static boolean isOurs(Path relative) {
    String name = relative.toString();
    return OURS.contains(name) || name.startsWith(Journal.PREFIX);
  }

  /** Of the indexes the one in use is a companion; another would point nowhere. */
  private boolean isIndexInUse(Path relative) {
    return sharded && relative.equals(Path.of(ShardIndex.FILE_NAME));
  }

  private static LeftBehind left(Path file, Path relative) throws IOException {
    if (!Files.exists(file)) {
      return LeftBehind.because(relative, "a broken symbolic link");
    }
    return Files.isRegularFile(file)
        ? LeftBehind.file(relative, Files.size(file))
        : LeftBehind.because(relative, "not a regular file");
  }

  /** Of all files below a folder, as far as they can be seen. */
  private static long size(Path folder) {
    long[] size = {0};
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              size[0] += attributes.size();
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      // It is only said how large it is.
    }
    return size[0];
  }
}
