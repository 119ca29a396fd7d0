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
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The files of a model folder that go into its pruned copy unchanged: configuration, tokenizer,
 * licence, shard index. Not: the dense weights in other formats, the reports of an earlier pruning,
 * and hidden folders ({@code .git} and {@code .cache} hold the weights once more).
 */
final class CopiedFiles {
  private static final Set<String> WEIGHT_EXTENSIONS =
      Set.of(
          "safetensors",
          "pt",
          "pth",
          "ckpt",
          "gguf",
          "ggml",
          "h5",
          "msgpack",
          "onnx",
          "onnx_data",
          "ot",
          "tflite");
  private static final Set<String> REPORTS =
      Set.of("espalier.json", "report.json", "report.html", Journal.FILE_NAME);

  private final Path root;
  private final Set<String> notCopied = new HashSet<>(REPORTS);
  private final List<Path> files = new ArrayList<>();
  private long bytes;

  private CopiedFiles(Path root) {
    this.root = root;
  }

  static CopiedFiles of(ModelFolder folder) {
    try {
      // A symbolic link as the root would be visited as a file.
      CopiedFiles companions = new CopiedFiles(folder.path().toRealPath());
      folder.shards().forEach(shard -> companions.notCopied.add(shard.fileName()));
      if (folder.shards().get(0).fileName().equals(ModelFolder.SINGLE_FILE)) {
        companions.notCopied.add(ShardIndex.FILE_NAME);
      }
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
            boolean hidden =
                !folder.equals(root) && folder.getFileName().toString().startsWith(".");
            return hidden ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Path relative = root.relativize(file);
            if (isCopied(relative)) {
              add(file, relative);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private void add(Path file, Path relative) throws IOException {
    if (!Files.exists(file)) {
      throw FileFaults.in(file, "is a broken symbolic link; fetch the model again");
    }
    if (!Files.isRegularFile(file)) {
      return;
    }
    if (!Files.isReadable(file)) {
      throw FileFaults.in(file, "cannot be read, but has to be copied; check its permissions");
    }
    files.add(relative);
    bytes += Files.size(file);
  }

  private boolean isCopied(Path relative) {
    String name = relative.getFileName().toString();
    if (relative.getNameCount() == 1 && notCopied.contains(name)) {
      return false;
    }
    String lower = name.toLowerCase(Locale.ROOT);
    String extension = lower.substring(lower.lastIndexOf('.') + 1);
    boolean weights =
        WEIGHT_EXTENSIONS.contains(extension)
            || (lower.startsWith("pytorch_model") && extension.equals("bin"))
            || lower.endsWith(".bin.index.json");
    // Of the safetensors indexes the one in use is a companion; another would point nowhere.
    boolean otherIndex =
        lower.endsWith(".safetensors.index.json")
            && !relative.equals(Path.of(ShardIndex.FILE_NAME));
    return !weights && !otherIndex;
  }
}
