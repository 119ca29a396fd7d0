package dev.espalier.hub;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Which files of a repository are needed. */
interface FileChoice {
  /**
   * The one that says which others are, if there is such a one.
   *
   * @param listing all files of the repository
   */
  Optional<String> index(List<String> listing);

  /**
   * All of them.
   *
   * @param snapshot where the index lies
   */
  List<String> needed(List<String> listing, Path snapshot);

  /** A file without which a snapshot in the cache is of no use; absent if it has all of those. */
  Optional<String> missing(Path snapshot);
}
