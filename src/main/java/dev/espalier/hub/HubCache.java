package dev.espalier.hub;

import dev.espalier.files.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;

/**
 * A repository's folder in the cache that Hugging Face's tools share: {@code blobs} by what is in
 * them, {@code snapshots} by commit, of links to blobs, and {@code refs}, which name commits.
 *
 * @param root the folder of all repositories
 * @param name of this one's folder
 */
record HubCache(Path root, String name) {
  Path folder() {
    return root.resolve(name);
  }

  /** Where the bytes of a file are. */
  Path blob(String etag) {
    return folder().resolve("blobs").resolve(etag);
  }

  /**
   * Where they grow. Python's own may be another process's at work, and its locks are not Java's.
   */
  Path partial(String etag) {
    return folder().resolve("blobs").resolve(etag + ".espalier.incomplete");
  }

  /** Whose lock keeps other processes of ours from the same blob. */
  Path lock(String etag) {
    return root.resolve(".locks").resolve(name).resolve(etag + ".lock");
  }

  Path snapshot(String commit) {
    return folder().resolve("snapshots").resolve(commit);
  }

  /** The commit that a revision was when it was last looked up. */
  Optional<String> commit(HubName revision) {
    if (revision.namesCommit()) {
      return Optional.of(revision.revision());
    }
    try {
      Path ref = folder().resolve("refs").resolve(revision.revision());
      return Files.isRegularFile(ref)
          ? Optional.of(Files.readString(ref).strip()).filter(HubName::isCommit)
          : Optional.empty();
    } catch (IOException | InvalidPathException e) {
      return Optional.empty(); // as if it had never been looked up
    }
  }

  /** Remembers which commit a revision is. */
  void refer(HubName revision, String commit) throws IOException {
    if (!commit(revision).equals(Optional.of(commit))) {
      Path ref = folder().resolve("refs").resolve(revision.revision());
      Files.createDirectories(ref.getParent());
      // Another process may do the same at this moment.
      Path temporary = ref.resolveSibling("." + UUID.randomUUID() + ".tmp");
      DurableFiles.write(temporary, commit.getBytes(StandardCharsets.US_ASCII));
      Files.move(temporary, ref, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** Remembers that a commit has no such file. */
  void missing(String commit, String path) throws IOException {
    Path marker = folder().resolve(".no_exist").resolve(commit).resolve(path);
    Files.createDirectories(marker.getParent());
    if (!Files.exists(marker)) {
      Files.write(marker, new byte[0]);
    }
  }

  /** Whether it is known that a commit has no such file. */
  boolean isMissing(String commit, String path) {
    return Files.exists(folder().resolve(".no_exist").resolve(commit).resolve(path));
  }

  /** Makes a snapshot's file stand for a blob that is there. */
  void link(String commit, String path, String etag) throws IOException {
    Path file = snapshot(commit).resolve(path);
    Files.createDirectories(file.getParent());
    if (Files.exists(file)) {
      return;
    }
    Path target = file.getParent().relativize(blob(etag));
    try {
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        Files.delete(file); // a link to a blob that is gone
      }
      Files.createSymbolicLink(file, target);
    } catch (FileAlreadyExistsException e) {
      // Another process was faster.
    } catch (UnsupportedOperationException e) {
      Files.copy(blob(etag), file);
    }
  }
}
